#include "tenancy/migrate/verify_schema.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/empty_place.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::schema_text_hash;
using tenancy::SchemaPolicy;
using tenancy::SchemaReport;
using tenancy::SchemaRule;
using tenancy::Severity;
using tenancy::TableKind;
using tenancy_test::code_of;
using tenancy_test::EmptyPlace;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;

namespace {

/// A store whose schema is made past the library.
class Place : public EmptyPlace {
 public:
  Place() { must(tenancy::open(url(), with({}))); }

  [[nodiscard]] SchemaReport verify(const SchemaPolicy& policy = {}) const {
    auto options = with({});
    options.schema_policy = policy;
    auto report = must(tenancy::verify_schema(url(), options));
    // Opening says the same.
    const auto opened = tenancy::open(url(), options);
    CHECK(opened.has_value() == report.is_safe());
    if (!opened) {
      CHECK(code_of(opened) == errc::unsafe_schema);
    }
    return report;
  }
};

struct Found {
  SchemaRule rule;
  Severity severity;
  std::string object;

  friend bool operator==(const Found&, const Found&) = default;
};

std::vector<Found> findings(const SchemaReport& report) {
  std::vector<Found> found;
  for (const auto& finding : report.findings) {
    CHECK(finding.message.find("'" + finding.object + "'") != std::string::npos);
    found.push_back({finding.rule, finding.severity, finding.object});
  }
  return found;
}

TableKind kind(const SchemaReport& report, const std::string& name) {
  const auto found = std::ranges::find(report.tables, name, &tenancy::ClassifiedTable::name);
  REQUIRE(found != report.tables.end());
  return found->kind;
}

/// What is found of a schema with one mistake.
void check_refused(const std::string& sql, SchemaRule rule, const std::string& object = "t") {
  CAPTURE(sql);
  const Place place;
  place.run(
      "CREATE TABLE parents (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id INTEGER NOT "
      "NULL, code TEXT NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, code)) STRICT;"
      "CREATE TABLE countries (code TEXT PRIMARY KEY) STRICT;" +
      sql);
  const auto report = place.verify({.shared_tables = {"countries"}});
  std::vector<Found> refused;
  for (const auto& finding : findings(report)) {
    if (finding.severity == Severity::refused) {
      refused.push_back(finding);
    }
  }
  CHECK(refused == std::vector<Found>{{rule, Severity::refused, object}});
}

constexpr const char* tenant = "tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, ";

std::string table(const std::string& rest) {
  return std::string{"CREATE TABLE t ("} + tenant + rest + ") STRICT";
}

}  // namespace

TEST_CASE(
    "a store without tables of the host's is safe, and nothing is found where there is none") {
  const Place place;
  const auto report = place.verify();
  CHECK(report.findings.empty());
  CHECK(kind(report, "tenancy_tenants") == TableKind::control);
  const TemporaryFolder empty;
  CHECK(must(tenancy::verify_schema("sqlite:" + (empty / "x.db").string(), {})).tables.empty());
  CHECK(must(tenancy::verify_schema("sqlite::memory:", {})).is_safe());
  CHECK(std::filesystem::is_empty(empty.path()));
}

TEST_CASE("well made tables of tenants and shared ones are found to be what they are") {
  const Place place;
  place.run(
      "CREATE TABLE countries (code TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
      "CREATE TABLE notes (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants (tenant_id) ON "
      "DELETE CASCADE, id TEXT NOT NULL, title TEXT NOT NULL, country TEXT REFERENCES countries, "
      "PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title)) STRICT, WITHOUT ROWID;"
      "CREATE INDEX notes_by_title ON notes (tenant_id, title, lower(id));"
      "CREATE UNIQUE INDEX notes_by_country ON notes (tenant_id, country) WHERE country IS NOT "
      "NULL;"
      "CREATE TABLE \"odd 'name\" (TENANT_ID integer NOT NULL, note TEXT NOT NULL, "
      "PRIMARY KEY (tenant_id, note), FOREIGN KEY (tenant_id, note) REFERENCES notes ON DELETE "
      "CASCADE) STRICT;"
      "CREATE TABLE settings (tenant_id INTEGER NOT NULL PRIMARY KEY REFERENCES tenancy_tenants, "
      "/* INITIALLY DEFERRED */ value TEXT DEFAULT 'INITIALLY DEFERRED', total_changes INTEGER "
      "CHECK "
      "(total_changes >= 0)) STRICT, WITHOUT ROWID;"
      "CREATE TABLE changes (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL DEFAULT (abs(1)), "
      "\"ON CONFLICT ROLLBACK\" TEXT, PRIMARY KEY (tenant_id DESC, id)) STRICT;");
  const auto report = place.verify({.shared_tables = {"Countries"}});
  CHECK(findings(report) ==
        std::vector<Found>{{SchemaRule::tenant_reference, Severity::warning, "changes"}});
  CHECK(kind(report, "countries") == TableKind::shared);
  CHECK(kind(report, "notes") == TableKind::tenant);
  CHECK(kind(report, "odd 'name") == TableKind::tenant);
  CHECK(kind(report, "settings") == TableKind::tenant);
}

TEST_CASE("a table without a tenant is refused unless it is listed as shared") {
  check_refused("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT", SchemaRule::classified_table);
  check_refused("CREATE TABLE tenancy (id INTEGER PRIMARY KEY) STRICT",
                SchemaRule::classified_table, "tenancy");
  const Place place;
  place.run(table("id INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)"));
  CHECK(findings(place.verify({.shared_tables = {"t"}})) ==
        std::vector<Found>{{SchemaRule::classified_table, Severity::refused, "t"}});
}

TEST_CASE("the tenant's column is a plain number that is always there") {
  const auto with_tenant = [](const std::string& declaration, const std::string& options) {
    return "CREATE TABLE t (" + declaration +
           ", id INTEGER NOT NULL, PRIMARY KEY (tenant_id, id))" + options;
  };
  // In STRICT tables a part of the primary key is never NULL.
  check_refused(with_tenant("tenant_id INTEGER", ""), SchemaRule::tenant_column);
  check_refused(with_tenant("tenant_id TEXT NOT NULL", " STRICT"), SchemaRule::tenant_column);
  check_refused(with_tenant("tenant_id NOT NULL", ""), SchemaRule::tenant_column);
  check_refused(with_tenant("tenant_id BIGINT NOT NULL", ""), SchemaRule::tenant_column);
  check_refused(with_tenant("tenant_id INTEGER NOT NULL DEFAULT 1", " STRICT"),
                SchemaRule::tenant_column);
  check_refused(
      "CREATE TABLE t (id INTEGER NOT NULL, tenant_id INTEGER NOT NULL AS (id) STORED) STRICT;"
      "DROP TABLE t; CREATE TABLE t (tenant_id INTEGER DEFAULT 1 NOT NULL, id INTEGER NOT NULL, "
      "PRIMARY KEY (tenant_id, id)) STRICT",
      SchemaRule::tenant_column);
}

TEST_CASE("a tenant that is computed is none") {
  // Which can be no part of a primary key either.
  const Place place;
  place.run(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL REFERENCES "
      "tenancy_tenants AS (id) STORED) STRICT");
  const auto found = findings(place.verify());
  CHECK(found == std::vector<Found>{{SchemaRule::tenant_column, Severity::refused, "t"},
                                    {SchemaRule::primary_key, Severity::refused, "t"}});
}

TEST_CASE("the tenant is first in the primary key and in everything unique") {
  check_refused(table("id INTEGER PRIMARY KEY"), SchemaRule::primary_key);
  check_refused(table("id INTEGER"), SchemaRule::primary_key);
  check_refused(table("id INTEGER NOT NULL, PRIMARY KEY (id, tenant_id)"), SchemaRule::primary_key);
  const std::string key = "id INTEGER NOT NULL, a TEXT, PRIMARY KEY (tenant_id, id)";
  check_refused(table(key + ", UNIQUE (a)"), SchemaRule::unique_key);
  check_refused(table(key + ", UNIQUE (a, tenant_id)"), SchemaRule::unique_key);
  check_refused(table(key) + "; CREATE UNIQUE INDEX u ON t (a)", SchemaRule::unique_key);
  check_refused(table(key) + "; CREATE UNIQUE INDEX u ON t (lower(a), tenant_id)",
                SchemaRule::unique_key);
  check_refused(table(key) + "; CREATE UNIQUE INDEX u ON t (a) WHERE a > 'x'",
                SchemaRule::unique_key);
}

TEST_CASE("references between tenants' rows begin with the tenant on both sides") {
  const auto with_reference = [](const std::string& reference) {
    return table(
        "id INTEGER NOT NULL, parent INTEGER, other INTEGER, code TEXT, PRIMARY KEY "
        "(tenant_id, id), " +
        reference);
  };
  for (const char* reference :
       {"FOREIGN KEY (parent) REFERENCES parents (id)", "FOREIGN KEY (parent) REFERENCES parents",
        "FOREIGN KEY (other, parent) REFERENCES parents (tenant_id, id)",
        "FOREIGN KEY (parent, tenant_id) REFERENCES parents (id, tenant_id)",
        "FOREIGN KEY (tenant_id, parent) REFERENCES parents (id, tenant_id)",
        "FOREIGN KEY (tenant_id) REFERENCES parents (id)",
        "FOREIGN KEY (other) REFERENCES tenancy_tenants",
        "FOREIGN KEY (parent) REFERENCES tenancy_tenants (tenant_id)",
        "FOREIGN KEY (tenant_id) REFERENCES tenancy_tenants (epoch)",
        "FOREIGN KEY (code) REFERENCES tenancy_tenants (slug)",
        "FOREIGN KEY (code) REFERENCES tenancy_api_keys",
        "FOREIGN KEY (tenant_id, code) REFERENCES countries (tenant_id, code)",
        "FOREIGN KEY (code) REFERENCES nowhere",
        "FOREIGN KEY (tenant_id, parent) REFERENCES parents ON DELETE SET NULL",
        "FOREIGN KEY (tenant_id, parent) REFERENCES parents ON UPDATE SET DEFAULT",
        "FOREIGN KEY (tenant_id) REFERENCES tenancy_tenants ON DELETE SET DEFAULT"}) {
    check_refused(with_reference(reference), SchemaRule::foreign_key);
  }
  check_refused(
      "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT; DROP TABLE countries; CREATE TABLE "
      "countries "
      "(code TEXT PRIMARY KEY, tenant INTEGER, FOREIGN KEY (tenant, code) REFERENCES parents "
      "(tenant_id, code)) STRICT; DROP TABLE t",
      SchemaRule::foreign_key, "countries");
  check_refused(
      "DROP TABLE countries; CREATE TABLE countries (code TEXT PRIMARY KEY, owner INTEGER "
      "REFERENCES tenancy_tenants) STRICT",
      SchemaRule::foreign_key, "countries");
}

TEST_CASE("what would break a transaction that tenants share is refused") {
  check_refused(table("id INTEGER NOT NULL, parent INTEGER, PRIMARY KEY (tenant_id, id), FOREIGN "
                      "KEY (tenant_id, parent) REFERENCES parents DEFERRABLE INITIALLY\n-- x\n"
                      "deferred"),
                SchemaRule::immediate_references);
  check_refused(table("id INTEGER NOT NULL, PRIMARY KEY (tenant_id, id) ON CONFLICT ROLLBACK"),
                SchemaRule::conflict_clause);
  check_refused(
      "DROP TABLE countries; CREATE TABLE countries (code TEXT PRIMARY KEY ON "
      "/* */ CONFLICT\tRollback) STRICT",
      SchemaRule::conflict_clause, "countries");
}

TEST_CASE("views, triggers and virtual tables are refused unless they are listed") {
  check_refused("CREATE VIEW v AS SELECT * FROM parents", SchemaRule::listed_view, "v");
  check_refused("CREATE TRIGGER g AFTER INSERT ON parents BEGIN SELECT 1; END",
                SchemaRule::listed_trigger, "g");
  check_refused("CREATE TRIGGER tenancy_g AFTER INSERT ON tenancy_tenants BEGIN SELECT 1; END",
                SchemaRule::listed_trigger, "tenancy_g");
  const Place place;
  const std::string view = "CREATE VIEW v AS SELECT 1";
  const std::string trigger =
      "CREATE TRIGGER g AFTER INSERT ON tenancy_tenants BEGIN SELECT 1; END";
  place.run(view + ";" + trigger);
  const SchemaPolicy policy{.allowed_views_and_triggers = {{"V", schema_text_hash(view)},
                                                           {"g", schema_text_hash(trigger)}}};
  CHECK(findings(place.verify(policy)).empty());
  place.run("CREATE VIRTUAL TABLE words USING fts5 (body)");
  auto with_words = policy;
  with_words.shared_tables = {"words"};
  const auto report = place.verify(with_words);
  CHECK_FALSE(report.is_safe());
  for (const auto& finding : report.findings) {
    CHECK(finding.rule == SchemaRule::no_virtual_table);
  }
}

TEST_CASE("a view or trigger that was changed after it was looked at is refused") {
  const Place place;
  const std::string view = "CREATE VIEW v AS SELECT 1 AS one";
  const std::string trigger =
      "CREATE TRIGGER g AFTER INSERT ON tenancy_tenants BEGIN SELECT 1; END";
  place.run(view + ";" + trigger);
  SchemaPolicy policy{.allowed_views_and_triggers = {{"v", schema_text_hash(view)},
                                                     {"g", schema_text_hash(trigger)}}};
  CHECK(findings(place.verify(policy)).empty());

  place.run("DROP VIEW v; CREATE VIEW v /* as\nbefore */ AS\n SELECT 1 AS one");
  CHECK(findings(place.verify(policy)).empty());
  place.run("DROP VIEW v; CREATE VIEW v AS SELECT slug AS one FROM tenancy_tenants");
  place.run("DROP TRIGGER g; CREATE TRIGGER g AFTER INSERT ON tenancy_tenants BEGIN SELECT 2; END");
  const auto report = place.verify(policy);
  CHECK(findings(report) == std::vector<Found>{{SchemaRule::listed_trigger, Severity::refused, "g"},
                                               {SchemaRule::listed_view, Severity::refused, "v"}});
  CHECK(report.findings[1].message ==
        "the view 'v' is not what SchemaPolicy::allowed_views_and_triggers lists by hash: its text "
        "has changed since, and it may show rows of other tenants: drop it, or list it in "
        "SchemaPolicy::allowed_views_and_triggers once you have looked at it");
  // What the finding says to list is what lets it through, beside the text of older programs.
  for (const auto& finding : report.findings) {
    const auto& text = finding.remedy.text;
    CHECK(finding.remedy.kind == tenancy::RemedyKind::policy);
    const auto begin = text.find("{\"" + finding.object + "\", \"");
    REQUIRE(begin != std::string::npos);
    policy.allowed_views_and_triggers.push_back(
        {finding.object, text.substr(begin + finding.object.size() + 6, 64)});
  }
  CHECK(findings(place.verify(policy)).empty());
  // No name without a hash, nor another's.
  for (const std::string& hash : {std::string{}, schema_text_hash(trigger)}) {
    CHECK(
        findings(place.verify({.allowed_views_and_triggers = {{"v", hash}, {"g", hash}}})).size() ==
        2);
  }
}

TEST_CASE("the hash of a text tells all texts apart but for spaces and comments") {
  const auto hash = schema_text_hash("CREATE VIEW v AS SELECT a, 'x  y' FROM t");
  CHECK(hash.size() == 64);
  CHECK(hash == schema_text_hash("CREATE  VIEW v\nAS SELECT a,'x  y'--\n FROM/**/t ; "));
  for (const char* other :
       {"CREATE VIEW v AS SELECT a, 'x y' FROM t", "CREATE VIEW v AS SELECT b, 'x  y' FROM t",
        "CREATE VIEW v AS SELECT a, 'x  y' FROM t1", "CREATE VIEW v AS SELECT a, 'x  y' FROM \"t\"",
        "create VIEW v AS SELECT a, 'x  y' FROM t", "CREATE VIEW v AS SELECT a, x'' FROM t"}) {
    CHECK(schema_text_hash(other) != hash);
  }
  // A blob is not a column with a name behind it, and a doubled quote is no end.
  CHECK(schema_text_hash("SELECT x'00'") != schema_text_hash("SELECT x '00'"));
  CHECK(schema_text_hash("SELECT 'a''b'") != schema_text_hash("SELECT 'a' 'b'"));
}

TEST_CASE("what would roll back in a trigger is refused though it is listed") {
  const Place place;
  place.run(table("id INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)"));
  for (const std::string& body : {std::string{"SELECT RAISE(ROLLBACK, 'no')"},
                                  std::string{"SELECT raise /**/ ( rollback, '')"},
                                  std::string{"INSERT OR ROLLBACK INTO t SELECT * FROM t"},
                                  std::string{"UPDATE OR ROLLBACK t SET id = 1"}}) {
    CAPTURE(body);
    const std::string trigger = "CREATE TRIGGER g BEFORE INSERT ON t BEGIN " + body + "; END";
    place.run("DROP TRIGGER IF EXISTS g;" + trigger);
    SchemaPolicy policy{.allowed_views_and_triggers = {{"g", schema_text_hash(trigger)}}};
    CHECK(findings(place.verify(policy)) ==
          std::vector<Found>{{SchemaRule::conflict_clause, Severity::refused, "g"}});
    policy.unsafe_tables = {"t"};
    CHECK(findings(place.verify(policy)).empty());
  }
}

TEST_CASE("what tells one tenant of the others' work is refused") {
  const std::string key = "id INTEGER NOT NULL, a INTEGER, PRIMARY KEY (tenant_id, id)";
  check_refused(table("a INTEGER DEFAULT (total_changes()), " + key.substr(0, 20) +
                      "PRIMARY KEY (tenant_id, id)"),
                SchemaRule::no_connection_state);
  check_refused(table(key + ", CHECK (a <> \"Changes\" /**/ ( ))"),
                SchemaRule::no_connection_state);
  check_refused(table(key + ", CHECK ([last_insert_rowid]() > 0)"),
                SchemaRule::no_connection_state);
  check_refused(table(key) + "; CREATE INDEX i ON t (a)", SchemaRule::tenant_led_index);
  check_refused(table(key) + "; CREATE INDEX i ON t (a, tenant_id + 0)",
                SchemaRule::tenant_led_index);
  check_refused(table(key) + "; CREATE INDEX i ON t (a) WHERE tenant_id = 1",
                SchemaRule::tenant_led_index);
  check_refused(table(key) + "; CREATE UNIQUE INDEX i ON t (a) WHERE tenant_id = 1",
                SchemaRule::unique_key);
  check_refused(table(key) + "; CREATE UNIQUE INDEX i ON t (tenant_id + 0, a)",
                SchemaRule::unique_key);
  check_refused(table(key) + "; CREATE UNIQUE INDEX i ON t (-tenant_id)", SchemaRule::unique_key);
  check_refused(
      "CREATE TABLE t (TENANT_ID INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT) STRICT;"
      "DROP TABLE t; CREATE TABLE t (tenant_id INTEGER PRIMARY KEY, a TEXT) STRICT",
      SchemaRule::tenant_column);
  check_refused("CREATE TABLE t (tenant_id INTEGER NOT NULL PRIMARY KEY, a TEXT) STRICT",
                SchemaRule::tenant_column);
  const Place place;
  place.run(
      "CREATE TABLE t (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id INTEGER "
      "PRIMARY KEY AUTOINCREMENT) STRICT");
  const auto report = place.verify();
  CHECK(findings(report) ==
        std::vector<Found>{{SchemaRule::no_autoincrement, Severity::refused, "t"},
                           {SchemaRule::primary_key, Severity::refused, "t"}});
}

TEST_CASE("a table of the host's does not hide behind the library's names") {
  check_refused("CREATE TABLE Tenancy_notes (id INTEGER PRIMARY KEY) STRICT",
                SchemaRule::classified_table, "Tenancy_notes");
  check_refused("CREATE TABLE tenancy_tenant (tenant_id INTEGER) STRICT",
                SchemaRule::classified_table, "tenancy_tenant");
}

TEST_CASE("what only helps nobody is a warning") {
  const Place place;
  place.run(
      "CREATE TABLE t (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, a TEXT, PRIMARY KEY "
      "(tenant_id, id)); CREATE INDEX i ON t (a, tenant_id)");
  const auto report = place.verify({.shared_tables = {"gone"},
                                    .allowed_views_and_triggers = {{"gone_too", ""}},
                                    .unsafe_tables = {"t2"}});
  CHECK(report.is_safe());
  CHECK(findings(report) ==
        std::vector<Found>{{SchemaRule::tenant_led_index, Severity::warning, "t"},
                           {SchemaRule::tenant_reference, Severity::warning, "t"},
                           {SchemaRule::strict_table, Severity::warning, "t"},
                           {SchemaRule::current_policy, Severity::warning, "gone"},
                           {SchemaRule::current_policy, Severity::warning, "t2"},
                           {SchemaRule::current_policy, Severity::warning, "gone_too"}});
}

TEST_CASE("a reference that may be NULL does not hold a row's tenant to exist") {
  const auto found = [](const std::string& parent) {
    const Place place;
    place.run("CREATE TABLE t (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER " +
              parent +
              ", PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, parent) REFERENCES "
              "t) STRICT");
    return findings(place.verify());
  };
  CHECK(found("") == std::vector<Found>{{SchemaRule::tenant_reference, Severity::warning, "t"}});
  CHECK(found("NOT NULL").empty());
}

TEST_CASE("a table that is not to be looked at is not, and is told to be so") {
  const Place place;
  place.run("CREATE TABLE t (id INTEGER PRIMARY KEY REFERENCES nowhere ON DELETE SET NULL)");
  const auto report = place.verify({.unsafe_tables = {"T"}});
  CHECK(findings(report).empty());
  CHECK(kind(report, "t") == TableKind::unchecked);
}

TEST_CASE("a refusal names table and column, what to do, and how much more there is") {
  const TemporaryFolder folder;
  const std::string sql = table("id INTEGER NOT NULL, a TEXT UNIQUE, PRIMARY KEY (tenant_id, id)");
  const auto url = "sqlite:" + (folder / "store.db").string();
  const auto one = tenancy::open(url, {.migrations = {{1, "t", sql}}});
  CHECK(code_of(one) == errc::unsafe_schema);
  CHECK(one.error().message() ==
        "the unique index 'sqlite_autoindex_t_1' of 't' does not begin with 'tenant_id', so that "
        "one tenant learns which values others use: declare it (tenant_id, …) "
        "(tenancy::verify_schema tells "
        "how to mend it)");
  const auto two = tenancy::open(
      url, {.migrations = {{1, "t", sql}, {2, "u", "CREATE TABLE u (id INTEGER) STRICT"}}});
  CHECK(two.error().message().find(
            "(and 1 more: tenancy::verify_schema tells all, and how to mend them)") !=
        std::string::npos);
}

TEST_CASE("names of rules, kinds and severities are text") {
  CHECK(tenancy::to_string(SchemaRule::classified_table) == "classified_table");
  CHECK(tenancy::to_string(SchemaRule::foreign_key) == "foreign_key");
  CHECK(tenancy::to_string(SchemaRule::listed_view) == "listed_view");
  CHECK(tenancy::to_string(SchemaRule::mapped_table) == "mapped_table");
  CHECK(tenancy::to_string(SchemaRule::tenant_led_index) == "tenant_led_index");
  CHECK(tenancy::to_string(SchemaRule::current_policy) == "current_policy");
  CHECK(tenancy::to_string(tenancy::RemedyKind::sql) == "sql");
  CHECK(tenancy::to_string(tenancy::RemedyKind::by_hand) == "by_hand");
  CHECK(tenancy::to_string(TableKind::unclassified) == "unclassified");
  CHECK(tenancy::to_string(Severity::refused) == "refused");
}
