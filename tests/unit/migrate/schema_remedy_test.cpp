// Whatever is found, its remedy mends it: the store that is broken so, mended as it is told, has no
// finding of that rule any more, and still has its rows.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "support/test_store.hpp"

using tenancy::ExpectedTable;
using tenancy::OpenOptions;
using tenancy::RemedyKind;
using tenancy::SchemaFinding;
using tenancy::SchemaPolicy;
using tenancy::SchemaReport;
using tenancy::SchemaRule;
using tenancy::StorageClass;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;

namespace {

/// How a remedy is put to use.
enum class Use {
  step,      ///< As a step of the schema.
  past,      ///< Past the library, whose steps may not do it.
  policy,    ///< The policy is changed as it says.
  mappings,  ///< The mapping is taken away.
};

struct Case {
  SchemaRule rule;
  std::string sql;
  Use use = Use::step;
  SchemaPolicy policy = {};
  std::vector<ExpectedTable> mappings = {};
};

/// A store with two tenants and what most cases refer to.
class Place {
 public:
  Place() {
    must(tenancy::open(url()));
    run("INSERT INTO tenancy_tenants (tenant_id, slug, name, status, epoch, created_at, updated_at)"
        " VALUES (1, 'acme', 'Acme', 'active', 1, 0, 0), (2, 'umbra', 'Umbra', 'active', 1, 0, 0);"
        "CREATE TABLE parents (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id INTEGER "
        "NOT NULL, code TEXT, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, code)) STRICT;"
        "INSERT INTO parents VALUES (1, 1, 'a'), (2, 2, 'b');"
        "CREATE TABLE countries (code TEXT PRIMARY KEY) STRICT;"
        "INSERT INTO countries VALUES ('nz')");
  }

  void run(const std::string& sql) const {
    SQLite::Database{file().string(), SQLite::OPEN_READWRITE}.exec(sql);
  }
  /// What a query gives, row by row, as SQLite prints it.
  [[nodiscard]] std::vector<std::string> rows(const std::string& sql) const {
    SQLite::Database database{file().string(), SQLite::OPEN_READONLY};
    SQLite::Statement query{database, sql};
    std::vector<std::string> found;
    while (query.executeStep()) {
      std::string row;
      for (int column = 0; column < query.getColumnCount(); ++column) {
        row += (column == 0 ? "" : "|") + query.getColumn(column).getString();
      }
      found.push_back(row);
    }
    return found;
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "store.db"; }
  [[nodiscard]] std::string url() const { return "sqlite:" + file().string(); }

 private:
  TemporaryFolder folder_;
};

std::string table(const std::string& rest, const std::string& options = " STRICT") {
  return "CREATE TABLE t (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, " + rest + ")" +
         options + ";";
}

std::string trigger(const std::string& conflict) {
  return "CREATE TRIGGER g BEFORE INSERT ON parents BEGIN SELECT RAISE(" + conflict +
         ", 'x'); INSERT OR " + conflict + " INTO parents SELECT * FROM parents; END";
}

ExpectedTable mapping(std::vector<tenancy::ExpectedColumn> others = {}) {
  std::vector<tenancy::ExpectedColumn> columns{{"id", false, StorageClass::integer}};
  columns.insert(columns.end(), others.begin(), others.end());
  return {"t", std::move(columns), {"id"}};
}

std::vector<Case> cases() {
  const std::string key = "id INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)";
  const std::string with_parent =
      "id INTEGER NOT NULL, parent INTEGER, PRIMARY KEY (tenant_id, id)";
  const std::string two_rows = "INSERT INTO t (tenant_id, id) VALUES (1, 1), (2, 2);";
  const std::string two_children =
      "INSERT INTO t (tenant_id, id, parent) VALUES (1, 1, 1), (2, 2, 2);";
  return {
      {SchemaRule::classified_table,
       "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE) STRICT"},
      {SchemaRule::classified_table,
       "CREATE TABLE t (a TEXT, b TEXT AS (a || 'x') STORED CHECK (b <> ',)')); "
       "CREATE INDEX i ON t (b)"},
      {SchemaRule::classified_table,
       "CREATE TABLE t (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (tenant_id, "
       "id)) STRICT",
       Use::policy,
       {.shared_tables = {"t"}}},
      {SchemaRule::classified_table,
       "CREATE TABLE tenancy_t (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY "
       "(tenant_id, id)) STRICT",
       Use::past},
      {SchemaRule::tenant_column,
       "CREATE TABLE t (id INTEGER NOT NULL, tenant_id TEXT DEFAULT '1', PRIMARY KEY (tenant_id, "
       "id)); INSERT INTO t VALUES (1, '1'), (2, '2')"},
      {SchemaRule::tenant_column,
       "CREATE TABLE t (tenant_id INTEGER PRIMARY KEY, a TEXT) STRICT; INSERT INTO t VALUES (1, "
       "'a'), (2, 'b')"},
      {SchemaRule::tenant_column,
       "CREATE TABLE t (id INTEGER NOT NULL, tenant_id INTEGER NOT NULL AS (id) STORED, UNIQUE "
       "(tenant_id, id)) STRICT; INSERT INTO t VALUES (1), (2)"},
      {SchemaRule::primary_key,
       table("id INTEGER PRIMARY KEY, a TEXT DEFAULT (upper('x')) COLLATE NOCASE") + two_rows},
      {SchemaRule::primary_key, table("id TEXT, PRIMARY KEY (id DESC, tenant_id)", "") + two_rows},
      {SchemaRule::primary_key, table("id INTEGER, a TEXT UNIQUE") +
                                    "INSERT INTO t VALUES (1, 5, 'a'), (1, 5, 'b'), (2, 5, 'c');"},
      {SchemaRule::primary_key,
       "CREATE TABLE [t] (\"id\" INTEGER CONSTRAINT k PRIMARY KEY ON CONFLICT FAIL, `tenant_id` "
       "INTEGER NOT NULL -- whose\n, CONSTRAINT c CHECK (id IN (1, 2))) STRICT;" +
           two_rows},
      {SchemaRule::unique_key, table("a TEXT UNIQUE ON CONFLICT IGNORE, " + key) + two_rows},
      {SchemaRule::unique_key,
       table("a TEXT, b TEXT, " + key + " UNIQUE (a COLLATE NOCASE, b DESC), CHECK (a <> b)") +
           two_rows},
      {SchemaRule::unique_key,
       table("a TEXT, " + key) + two_rows +
           "CREATE UNIQUE INDEX \"odd(\" ON t (lower(a), tenant_id) WHERE a > '' -- (,"},
      {SchemaRule::foreign_key,
       table("parent INTEGER REFERENCES parents ON DELETE CASCADE, " + key) + two_children},
      {SchemaRule::foreign_key,
       table(with_parent + ", FOREIGN KEY (parent) REFERENCES parents (id) ON UPDATE RESTRICT") +
           two_children},
      {SchemaRule::foreign_key,
       table(with_parent +
             ", FOREIGN KEY (tenant_id, parent) REFERENCES parents ON DELETE SET NULL ON UPDATE "
             "SET DEFAULT") +
           two_children},
      {SchemaRule::foreign_key,
       table(with_parent + ", FOREIGN KEY (parent, tenant_id) REFERENCES parents (id, tenant_id)") +
           two_children},
      {SchemaRule::foreign_key,
       table("other INTEGER REFERENCES tenancy_tenants, code TEXT REFERENCES tenancy_tenants "
             "(slug), gone INTEGER REFERENCES nowhere (id), " +
             key) +
           two_rows},
      {SchemaRule::foreign_key,
       table("code TEXT, " + key +
             ", FOREIGN KEY (code) REFERENCES tenancy_api_keys, FOREIGN KEY (tenant_id, code) "
             "REFERENCES countries (tenant_id, code)") +
           two_rows},
      {SchemaRule::foreign_key,
       "DROP TABLE countries; CREATE TABLE countries (code TEXT PRIMARY KEY, tenant INTEGER "
       "REFERENCES tenancy_tenants) STRICT; INSERT INTO countries VALUES ('nz', 1)"},
      {SchemaRule::immediate_references,
       table(with_parent + ", FOREIGN KEY (tenant_id, parent) REFERENCES parents DEFERRABLE "
                           "INITIALLY\n-- x\ndeferred") +
           two_children},
      {SchemaRule::immediate_references,
       "CREATE TABLE t (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants ON DELETE CASCADE "
       "DEFERRABLE INITIALLY DEFERRED, " +
           key + ") STRICT;" + two_rows},
      {SchemaRule::conflict_clause,
       table(
           "a TEXT NOT NULL ON CONFLICT ROLLBACK DEFAULT '', b TEXT, id INTEGER NOT NULL, PRIMARY "
           "KEY (tenant_id, id) ON CONFLICT rollback, UNIQUE (tenant_id, b) ON /**/ CONFLICT "
           "ROLLBACK") +
           two_rows},
      {SchemaRule::conflict_clause,
       trigger("ROLLBACK"),
       Use::step,
       {.allowed_views_and_triggers = {{"g", tenancy::schema_text_hash(trigger("ROLLBACK"))},
                                       {"g", tenancy::schema_text_hash(trigger("ABORT"))}}}},
      {SchemaRule::no_autoincrement, table("id INTEGER PRIMARY KEY AUTOINCREMENT") + two_rows},
      {SchemaRule::no_connection_state,
       table("a INTEGER DEFAULT (changes()) CHECK (total_changes() >= 0), " + key) + two_rows},
      {SchemaRule::no_virtual_table, "CREATE VIRTUAL TABLE t USING fts5 (body)", Use::past},
      {SchemaRule::listed_view, "CREATE VIEW t AS SELECT * FROM parents", Use::policy},
      {SchemaRule::listed_trigger, "CREATE TRIGGER t AFTER INSERT ON parents BEGIN SELECT 1; END",
       Use::policy},
      {SchemaRule::mapped_table, "", Use::step, {}, {mapping({{"a", true, StorageClass::text}})}},
      {SchemaRule::mapped_table,
       table(key) + two_rows,
       Use::step,
       {},
       {mapping({{"a", false, StorageClass::text},
                 {"b", false, StorageClass::real},
                 {"c", true, StorageClass::blob},
                 {"d", false, StorageClass::integer}})}},
      {SchemaRule::mapped_table,
       table("a TEXT NOT NULL DEFAULT '', b INTEGER, c TEXT, " + key) +
           "INSERT INTO t (tenant_id, id, b, c) VALUES (1, 1, 1, '1'), (2, 2, 2, '2');",
       Use::step,
       {},
       {mapping({{"a", true, StorageClass::text},
                 {"b", false, StorageClass::integer},
                 {"c", true, StorageClass::integer},
                 {"d", false, StorageClass::blob}})}},
      {SchemaRule::mapped_table,
       table("id INTEGER NOT NULL, a TEXT, parent INTEGER, PRIMARY KEY (tenant_id, a)", "") +
           "INSERT INTO t VALUES (1, 1, 'a', 1), (2, 2, 'b', 2);",
       Use::step,
       {},
       {{"t",
         {{"id", false, StorageClass::integer}, {"a", false}, {"parent", true}},
         {"id"},
         {{{"parent"}, "parents", {"id"}}}}}},
      {SchemaRule::mapped_table,
       table("a TEXT NOT NULL, b TEXT AS (a), " + key),
       Use::mappings,
       {},
       {mapping({{"b", true}, {"tenant_id", false}})}},
      {SchemaRule::tenant_led_index,
       table("a TEXT, " + key) + two_rows + "CREATE INDEX i ON t (a)"},
      {SchemaRule::tenant_led_index, table("a TEXT, " + key) + two_rows +
                                         "CREATE INDEX i ON t (a DESC, Tenant_Id COLLATE BINARY)"},
      {SchemaRule::tenant_reference,
       "CREATE TABLE t (tenant_id INTEGER NOT NULL, " + key + ") STRICT;" + two_rows},
      {SchemaRule::strict_table,
       table("a VARCHAR(20), b JSON, c DOUBLE PRECISION, d, e INT UNSIGNED AS (c), " + key, "") +
           "INSERT INTO t (tenant_id, id, a, b, c, d) VALUES (1, 1, 'x', '[1]', 1, x'00');"},
      {SchemaRule::current_policy, "", Use::policy, {.shared_tables = {"gone"}}},
      {SchemaRule::current_policy, "", Use::policy, {.unsafe_tables = {"gone"}}},
      {SchemaRule::current_policy,
       "",
       Use::policy,
       {.allowed_views_and_triggers = {{"gone", std::string(64, '0')}}}},
  };
}

std::vector<SchemaFinding> of_rule(const SchemaReport& report, SchemaRule rule) {
  std::vector<SchemaFinding> found;
  std::ranges::copy_if(report.findings, std::back_inserter(found),
                       [&](const auto& finding) { return finding.rule == rule; });
  return found;
}

/// Does to the policy what a remedy says.
void follow(const SchemaFinding& finding, SchemaPolicy& policy) {
  const std::string& text = finding.remedy.text;
  const std::string entry = "{\"" + finding.object + "\", \"";
  if (const auto at = text.find(entry); at != std::string::npos) {
    policy.allowed_views_and_triggers.push_back(
        {finding.object, text.substr(at + entry.size(), 64)});
    return;
  }
  const auto is_it = [&](const auto& listed) { return listed == finding.object; };
  if (text.ends_with("off SchemaPolicy::shared_tables.")) {
    std::erase_if(policy.shared_tables, is_it);
  } else if (text.ends_with("off SchemaPolicy::unsafe_tables.")) {
    std::erase_if(policy.unsafe_tables, is_it);
  } else {
    REQUIRE(text.ends_with("off SchemaPolicy::allowed_views_and_triggers."));
    std::erase_if(policy.allowed_views_and_triggers,
                  [&](const auto& reviewed) { return reviewed.name == finding.object; });
  }
}

void check_mended(const Case& each) {
  CAPTURE(each.sql);
  const Place place;
  place.run(each.sql);
  OpenOptions options;
  options.schema_policy = each.policy;
  options.schema_policy.shared_tables.emplace_back("countries");
  options.mappings = each.mappings;
  const auto report = must(tenancy::verify_schema(place.url(), options));
  const auto found = of_rule(report, each.rule);
  REQUIRE_FALSE(found.empty());
  const bool has_table =
      place.rows("SELECT 1 FROM sqlite_schema WHERE name = 't' AND type = 'table'").size() == 1;
  const std::string count = "SELECT count(*) FROM t";
  const auto before = has_table ? place.rows(count) : std::vector<std::string>{};

  std::string script;
  for (const SchemaFinding& finding : found) {
    CAPTURE(finding.message);
    CAPTURE(finding.remedy.text);
    CHECK_FALSE(finding.remedy.text.empty());
    CHECK(finding.message.find("'" + finding.object + "'") != std::string::npos);
    switch (each.use) {
      case Use::step:
      case Use::past:
        REQUIRE(finding.remedy.kind == RemedyKind::sql);
        if (script.find(finding.remedy.text) == std::string::npos) {
          script += finding.remedy.text;
        }
        break;
      case Use::policy:
        REQUIRE(finding.remedy.kind == RemedyKind::policy);
        follow(finding, options.schema_policy);
        break;
      case Use::mappings:
        REQUIRE(finding.remedy.kind == RemedyKind::mapping);
        options.mappings.clear();
        break;
    }
  }
  if (!script.empty()) {
    CAPTURE(script);
    if (each.use == Use::past) {
      place.run(script);
    } else {
      options.migrations = {{1, "mend", script}};
      CHECK(must(tenancy::migrate(place.url(), options)).size() == 1);
    }
  }
  const auto after = must(tenancy::verify_schema(place.url(), options));
  for (const SchemaFinding& finding : of_rule(after, each.rule)) {
    FAIL_CHECK(finding.message);
  }
  if (has_table && each.rule != SchemaRule::no_virtual_table) {
    CHECK(place.rows(count) == before);
  }
  CHECK(place.rows("SELECT name FROM sqlite_schema WHERE name LIKE '%mended%'").empty());
}

}  // namespace

TEST_CASE("each finding's remedy mends it, and keeps the rows") {
  for (const Case& each : cases()) {
    CAPTURE(tenancy::to_string(each.rule));
    check_mended(each);
  }
}

TEST_CASE("every rule has a case here") {
  std::set<SchemaRule> seen;
  for (const Case& each : cases()) {
    seen.insert(each.rule);
  }
  // Of PostgreSQL alone; their cases are in test_storage_postgres.
  seen.insert(SchemaRule::row_security);
  seen.insert(SchemaRule::invoker_rights);
  seen.insert(SchemaRule::distributable);
  std::set<std::string_view> names;
  for (std::size_t rule = 0; rule < tenancy::schema_rule_count; ++rule) {
    CAPTURE(rule);
    CHECK(seen.contains(static_cast<SchemaRule>(rule)));
    CHECK_FALSE(tenancy::to_string(static_cast<SchemaRule>(rule)).empty());
    names.insert(tenancy::to_string(static_cast<SchemaRule>(rule)));
  }
  CHECK(names.size() == tenancy::schema_rule_count);
  CHECK(seen.size() == tenancy::schema_rule_count);
}

TEST_CASE("one script mends all that is refused of a store, and keeps all else that there was") {
  const Place place;
  place.run(
      "CREATE TABLE \"odd \"\"name\" (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id INTEGER, "
      "title TEXT NOT NULL UNIQUE CHECK (title <> ''), parent INTEGER REFERENCES parents (id), "
      "size INTEGER AS (length(title)), CONSTRAINT pair UNIQUE (parent, title)) STRICT;"
      "CREATE INDEX by_size ON \"odd \"\"name\" (size) WHERE size > 1;"
      "CREATE TRIGGER g AFTER INSERT ON parents BEGIN SELECT count(*) FROM \"odd \"\"name\"; END;"
      "CREATE TRIGGER h AFTER INSERT ON \"odd \"\"name\" BEGIN SELECT 1; END;"
      "CREATE VIEW v AS SELECT title FROM \"odd \"\"name\"; CREATE VIEW w AS SELECT * FROM v;"
      "INSERT INTO \"odd \"\"name\" (id, tenant_id, title, parent) VALUES (7, 1, 'one', 1), (8, 2, "
      "'two', 2)");
  SchemaPolicy policy{.shared_tables = {"countries"}};
  for (const auto& object :
       must(tenancy::verify_schema(place.url(), {.schema_policy = policy})).findings) {
    if (object.remedy.kind == RemedyKind::policy) {
      follow(object, policy);
    }
  }
  CHECK(policy.allowed_views_and_triggers.size() == 4);
  OpenOptions options{.schema_policy = policy};
  const auto report = must(tenancy::verify_schema(place.url(), options));
  CHECK_FALSE(report.is_safe());
  const auto script = report.mending_sql();
  CAPTURE(script);
  CHECK(script.starts_with(R"(DROP TRIGGER "g";
DROP VIEW "v";
DROP VIEW "w";
CREATE TABLE "odd ""name_mended" (
  "id" INTEGER NOT NULL,
  "tenant_id" INTEGER NOT NULL REFERENCES "tenancy_tenants" ("tenant_id"),
  "title" TEXT NOT NULL CHECK (title <> ''),
  "parent" INTEGER,
  "size" INTEGER AS (length(title)),
  PRIMARY KEY ("tenant_id", "id"),
  CONSTRAINT pair UNIQUE ("tenant_id", parent, title),
  FOREIGN KEY ("tenant_id", "parent") REFERENCES "parents" ("tenant_id", "id"),
  UNIQUE ("tenant_id", "title")
) STRICT;
INSERT INTO "odd ""name_mended" ("id", "tenant_id", "title", "parent")
  SELECT "id", "tenant_id", "title", "parent" FROM "odd ""name";
DROP TABLE "odd ""name";
ALTER TABLE "odd ""name_mended" RENAME TO "odd ""name";
)"));
  options.migrations = {{1, "mend", script}};
  must(tenancy::open(place.url(), options));
  CHECK(must(tenancy::verify_schema(place.url(), options)).findings.empty());
  CHECK(place.rows("SELECT * FROM \"odd \"\"name\" ORDER BY id") ==
        std::vector<std::string>{"7|1|one|1|3", "8|2|two|2|3"});
  CHECK(place.rows("SELECT title FROM w ORDER BY 1") == std::vector<std::string>{"one", "two"});
  CHECK(place.rows("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY 1") ==
        std::vector<std::string>{"g", "h", "v", "w"});
}

TEST_CASE("a remedy that does not fit the rows changes nothing") {
  const Place place;
  // Nothing says whose these are.
  place.run("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT; INSERT INTO t VALUES (1)");
  OpenOptions options{.schema_policy = {.shared_tables = {"countries"}}};
  const auto report = must(tenancy::verify_schema(place.url(), options));
  options.migrations = {{1, "mend", report.mending_sql()}};
  CHECK(tenancy_test::code_of(tenancy::migrate(place.url(), options)) ==
        tenancy::errc::migration_failed);
  CHECK(place.rows("SELECT * FROM t") == std::vector<std::string>{"1"});
}
