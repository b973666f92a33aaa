// What schema is let in: the rules of `verify_schema` on PostgreSQL.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/mappings.hpp"
#include "tenancy/migrate/tenant_table.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/row_policy.hpp"
#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "unit/storage_postgres/opened.hpp"

using tenancy::errc;
using tenancy::SchemaRule;
using tenancy_test::must;
using tenancy_test::opened;
using tenancy_test::opened_as;
using tenancy_test::PostgresDatabase;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;

namespace {

/// Whether `verify_schema` refuses that object by that rule.
bool refuses(const PostgresPlace& place, SchemaRule rule, const std::string& object) {
  const auto report = must(tenancy::verify_schema(place.url(), place.again()));
  for (const auto& finding : report.findings) {
    if (finding.rule == rule && finding.object == object &&
        finding.severity == tenancy::Severity::refused) {
      return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("a table that is not secured by the library's policy alone is refused, and mended") {
  struct Fault {
    std::string made;
    std::string name;
  };
  const std::vector<Fault> faults{
      {"ALTER TABLE notes DISABLE ROW LEVEL SECURITY", "notes"},
      {"ALTER TABLE notes NO FORCE ROW LEVEL SECURITY", "notes"},
      {"DROP POLICY tenancy_rows ON notes", "notes"},
      {"CREATE POLICY more ON notes USING (true)", "notes"},
      {"CREATE POLICY yet_more ON notes USING (true)", "notes"},
      {"DROP POLICY tenancy_queries ON notes; CREATE POLICY tenancy_queries ON notes USING (true)",
       "notes"},
      {"DROP POLICY tenancy_rows ON notes; CREATE POLICY tenancy_rows ON notes USING (true)",
       "notes"},
      {"DROP POLICY tenancy_rows ON notes; CREATE POLICY tenancy_rows ON notes "
       "USING (tenant_id = (SELECT tenancy_tenant()) OR (SELECT tenancy_crossing())) "
       "WITH CHECK (true)",
       "notes"},
      {"DROP POLICY tenancy_rows ON notes; CREATE POLICY tenancy_rows ON notes FOR SELECT "
       "USING (tenant_id = (SELECT tenancy_tenant()) OR (SELECT tenancy_crossing()))",
       "notes"},
      {"DROP POLICY tenancy_rows ON notes; CREATE POLICY tenancy_rows ON notes TO tenancy_app "
       "USING (tenant_id = (SELECT tenancy_tenant()) OR (SELECT tenancy_crossing())) "
       "WITH CHECK (tenant_id = (SELECT tenancy_tenant()))",
       "notes"},
      {"ALTER TABLE tenancy_quotas DISABLE ROW LEVEL SECURITY", "tenancy_quotas"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(fault.made);
    const PostgresPlace place;
    const RawSession owner{place.database().owner_url()};
    owner.run(fault.made);
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, SchemaRule::row_security, fault.name));
    owner.run(must(tenancy::verify_schema(place.url(), place.again())).mending_sql());
    CHECK(opened(place) == std::nullopt);
  }
}

TEST_CASE("functions that policies ask are as the library made them") {
  for (const std::string body :
       {"CREATE OR REPLACE FUNCTION tenancy_tenant() RETURNS bigint LANGUAGE sql STABLE AS "
        "'SELECT 1::bigint'",
        "CREATE OR REPLACE FUNCTION tenancy_crossing() RETURNS boolean LANGUAGE sql STABLE AS "
        "'SELECT true'",
        "ALTER FUNCTION tenancy_tenant() SET search_path = public"}) {
    CAPTURE(body);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(body);
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, SchemaRule::row_security, "tenancy_tenant"));
  }
}

TEST_CASE("what has its owner's rights is refused: views, what they keep, functions") {
  struct Fault {
    std::string made;
    std::string name;
  };
  for (const Fault& fault : std::vector<Fault>{
           {"CREATE VIEW all_notes AS SELECT * FROM notes", "all_notes"},
           {"CREATE MATERIALIZED VIEW kept_notes AS SELECT * FROM notes", "kept_notes"},
           {"CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS "
            "'SELECT count(*) FROM notes'",
            "peek"},
           {"CREATE SCHEMA reporting; CREATE FUNCTION reporting.peek_too() RETURNS bigint LANGUAGE "
            "sql SECURITY DEFINER AS 'SELECT count(*) FROM public.notes'",
            "peek_too"}}) {
    CAPTURE(fault.made);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(fault.made);
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, SchemaRule::invoker_rights, fault.name));
  }
  // Elsewhere it counts once the application may read it, be it through another view.
  {
    const PostgresPlace place;
    const RawSession admin{place.database().admin_url()};
    admin.run(
        "CREATE SCHEMA reporting; CREATE VIEW reporting.all_notes AS SELECT * FROM public.notes; "
        "CREATE VIEW reporting.titles AS SELECT title FROM reporting.all_notes");
    CHECK(opened(place) == std::nullopt);
    admin.run(
        "GRANT USAGE ON SCHEMA reporting TO tenancy_app; "
        "GRANT SELECT ON reporting.titles TO tenancy_app");
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, SchemaRule::invoker_rights, "titles"));
    CHECK_FALSE(refuses(place, SchemaRule::invoker_rights, "all_notes"));
    for (const char* right : {"UPDATE", "DELETE", "INSERT", "UPDATE (title)"}) {
      CAPTURE(right);
      admin.run("REVOKE ALL ON reporting.titles FROM tenancy_app");
      CHECK(opened(place) == std::nullopt);
      admin.run(std::string{"GRANT "} + right + " ON reporting.titles TO tenancy_app");
      CHECK(refuses(place, SchemaRule::invoker_rights, "titles"));
    }
    admin.run("DROP SCHEMA reporting CASCADE");
    CHECK(opened(place) == std::nullopt);
  }
  const PostgresPlace place;
  RawSession{place.database().owner_url()}.run(
      "CREATE VIEW own_notes WITH (security_invoker = true) AS SELECT * FROM notes");
  CHECK_FALSE(refuses(place, SchemaRule::invoker_rights, "own_notes"));
  // It is a view all the same, which somebody has to have looked at.
  CHECK(refuses(place, SchemaRule::listed_view, "own_notes"));
}

TEST_CASE("a table of tenants' rows in another schema is refused where nothing secures it") {
  const PostgresPlace place;
  const RawSession admin{place.database().admin_url()};
  admin.run("CREATE SCHEMA archive; CREATE TABLE archive.kept (LIKE public.notes INCLUDING ALL)");
  CHECK(opened(place) == std::nullopt);
  admin.run("GRANT SELECT ON archive.kept TO tenancy_app");
  CHECK(opened(place) == std::nullopt);
  admin.run("GRANT USAGE ON SCHEMA archive TO tenancy_app");
  CHECK(opened(place) == errc::unsafe_schema);
  CHECK(refuses(place, SchemaRule::row_security, "kept"));
  auto options = place.again();
  options.schema = tenancy::SchemaMode::verify;
  options.schema_policy.unsafe_tables = {"archive.kept"};
  CHECK(tenancy::open(place.url(), options).has_value());
  for (const auto& finding : must(tenancy::verify_schema(place.url(), options)).findings) {
    CHECK(finding.object != "archive.kept");
  }
  admin.run("ALTER TABLE archive.kept ENABLE ROW LEVEL SECURITY");
  CHECK(opened(place) == std::nullopt);
}

TEST_CASE("what runs as a table's owner when a reference changes its rows is refused") {
  struct Case {
    std::string reference;
    std::string made;
    bool is_refused;
  };
  const std::string trigger =
      "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
      "CREATE TRIGGER gone ";
  const std::string runs = " ON t FOR EACH ROW EXECUTE FUNCTION gone()";
  for (const Case& each :
       std::vector<Case>{{"ON DELETE CASCADE", trigger + "BEFORE DELETE" + runs, true},
                         {"ON DELETE CASCADE", trigger + "BEFORE INSERT OR DELETE" + runs, true},
                         {"ON UPDATE CASCADE", trigger + "BEFORE UPDATE" + runs, true},
                         {"ON DELETE CASCADE",
                          "CREATE RULE gone AS ON DELETE TO t DO ALSO DELETE FROM notes", true},
                         // Run as whoever asks, or never so.
                         {"ON DELETE CASCADE", trigger + "AFTER DELETE" + runs, false},
                         {"ON DELETE CASCADE", trigger + "BEFORE INSERT OR UPDATE" + runs, false},
                         {"ON UPDATE CASCADE", trigger + "BEFORE DELETE" + runs, false},
                         {"ON DELETE RESTRICT", trigger + "BEFORE DELETE" + runs, false}}) {
    CAPTURE(each.reference);
    CAPTURE(each.made);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(
        "CREATE TABLE t (tenant_id BIGINT NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, "
        "note TEXT, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, note) REFERENCES notes "
        "(tenant_id, id) " +
        each.reference + "); " + tenancy::detail::secure_rows("t") + each.made);
    CHECK(refuses(place, SchemaRule::invoker_rights, "gone") == each.is_refused);
    // Otherwise it is one that somebody has to have looked at.
    CHECK(refuses(place, SchemaRule::listed_trigger, "gone") != each.is_refused);
  }
}

TEST_CASE("keys, indexes, references and counters keep to the rules that they keep to on SQLite") {
  struct Fault {
    std::string made;
    SchemaRule rule;
    std::string name;
  };
  const std::string columns =
      "CREATE TABLE t (tenant_id BIGINT NOT NULL REFERENCES "
      "tenancy_tenants, id TEXT NOT NULL, ";
  for (const Fault& fault : std::vector<Fault>{
           {"CREATE TABLE t (id BIGINT PRIMARY KEY)", SchemaRule::classified_table, "t"},
           {columns + "PRIMARY KEY (id, tenant_id))", SchemaRule::primary_key, "t"},
           {columns + "PRIMARY KEY (tenant_id, id), UNIQUE (id))", SchemaRule::unique_key, "t"},
           {columns +
                "\"TENANT_ID\" TEXT, PRIMARY KEY (tenant_id, id), UNIQUE (\"TENANT_ID\", id))",
            SchemaRule::unique_key, "t"},
           {columns + "note TEXT REFERENCES t (id), UNIQUE (id), PRIMARY KEY (tenant_id, id))",
            SchemaRule::foreign_key, "t"},
           {columns + "n BIGSERIAL, PRIMARY KEY (tenant_id, id))", SchemaRule::no_autoincrement,
            "t"},
           {columns + "n BIGINT GENERATED BY DEFAULT AS IDENTITY, PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_autoincrement, "t"},
           {"CREATE SEQUENCE counter; " + columns +
                "n TEXT DEFAULT lpad(nextval('counter')::text, 8, '0'), "
                "PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_autoincrement, "t"},
           {columns + "n BIGINT DEFAULT txid_current(), PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {columns + "n BIGINT DEFAULT 1 + pg_catalog.pg_backend_pid(), "
                      "PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {columns + "n BIGINT CHECK (n <> lastval()), PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {columns + "n TEXT DEFAULT current_setting('app.last', true), "
                      "PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {columns + "n TEXT CHECK (set_config('app.last', n, false) IS NOT NULL), "
                      "PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {columns + "n BIGINT DEFAULT pg_total_relation_size('notes'), "
                      "PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {columns + "n BIGINT DEFAULT pg_stat_get_live_tuples('notes'::regclass), "
                      "PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {"CREATE TABLE \"Tenancy_Migrations\" (id TEXT)", SchemaRule::classified_table,
            "Tenancy_Migrations"},
           {"CREATE SEQUENCE counter; CREATE DOMAIN counted AS BIGINT DEFAULT "
            "nextval('counter'); " +
                columns + "n counted, PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_autoincrement, "t"},
           {"CREATE DOMAIN seen AS BIGINT CHECK (VALUE <> txid_current()); "
            "CREATE DOMAIN seen_too AS seen; " +
                columns + "n seen_too, PRIMARY KEY (tenant_id, id))",
            SchemaRule::no_connection_state, "t"},
           {"CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.plans (code TEXT PRIMARY KEY); "
            "CREATE TABLE plans (code TEXT PRIMARY KEY); " +
                columns + "code TEXT REFERENCES elsewhere.plans, PRIMARY KEY (tenant_id, id))",
            SchemaRule::foreign_key, "t"},
           {columns + "up TEXT, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, up) "
                      "REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
            SchemaRule::immediate_references, "t"},
           {"CREATE INDEX notes_by_stars ON notes (stars)", SchemaRule::tenant_led_index, "notes"},
           {columns + "during INT4RANGE, PRIMARY KEY (tenant_id, id), "
                      "EXCLUDE USING gist (during WITH &&))",
            SchemaRule::unique_key, "t"},
           {"CREATE RULE notes_too AS ON INSERT TO notes DO ALSO UPDATE notes SET stars = 1",
            SchemaRule::listed_trigger, "notes_too"},
           {"CREATE UNIQUE INDEX notes_once ON notes (title) WHERE stars > 3",
            SchemaRule::unique_key, "notes"},
           {"CREATE TABLE t (tenant_id INTEGER NOT NULL, id TEXT, PRIMARY KEY (tenant_id, id))",
            SchemaRule::tenant_column, "t"},
           {"CREATE TABLE t (tenant_id BIGINT NOT NULL DEFAULT 1, id TEXT, "
            "PRIMARY KEY (tenant_id, id))",
            SchemaRule::tenant_column, "t"},
           {"CREATE TABLE tenancy_more (id TEXT)", SchemaRule::classified_table, "tenancy_more"}}) {
    CAPTURE(fault.made);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(fault.made);
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, fault.rule, fault.name));
  }
}

TEST_CASE("references and the tenant's column keep to their rules, and shared tables to theirs") {
  struct Fault {
    std::string made;
    SchemaRule rule;
    std::string name = "t";
  };
  const std::string columns =
      "CREATE TABLE t (tenant_id BIGINT NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, "
      "PRIMARY KEY (tenant_id, id), ";
  const std::string docs = "CREATE TABLE docs (id TEXT PRIMARY KEY, ";
  const PostgresPlace place;
  const RawSession owner{place.database().owner_url()};
  for (const Fault& fault : std::vector<Fault>{
           {columns + "of BIGINT REFERENCES tenancy_tenants)", SchemaRule::foreign_key},
           {columns + "key TEXT REFERENCES tenancy_api_keys)", SchemaRule::foreign_key},
           {columns + "of BIGINT, FOREIGN KEY (of, id) REFERENCES notes)", SchemaRule::foreign_key},
           {columns + "of BIGINT, UNIQUE (of, id), FOREIGN KEY (tenant_id, id) REFERENCES t (of, "
                      "id))",
            SchemaRule::foreign_key},
           {columns + "up TEXT, FOREIGN KEY (tenant_id, up) REFERENCES t ON DELETE SET NULL)",
            SchemaRule::foreign_key},
           {columns + "up TEXT, FOREIGN KEY (tenant_id, up) REFERENCES t ON UPDATE SET DEFAULT)",
            SchemaRule::foreign_key},
           {"CREATE TABLE docs (of BIGINT, id TEXT, PRIMARY KEY (of, id)); " + columns +
                "FOREIGN KEY (tenant_id, id) REFERENCES docs)",
            SchemaRule::foreign_key},
           {docs + "of BIGINT, FOREIGN KEY (of, id) REFERENCES notes)", SchemaRule::foreign_key,
            "docs"},
           {docs + "of BIGINT REFERENCES tenancy_tenants)", SchemaRule::foreign_key, "docs"},
           {docs + "tenant_id BIGINT)", SchemaRule::classified_table, "docs"},
           {"CREATE TABLE t (tenant_id BIGINT, id TEXT NOT NULL)", SchemaRule::tenant_column},
           {"CREATE TABLE t (n BIGINT NOT NULL, id TEXT NOT NULL, tenant_id BIGINT NOT NULL "
            "GENERATED ALWAYS AS (n) STORED)",
            SchemaRule::tenant_column}}) {
    CAPTURE(fault.made);
    owner.run("SET client_min_messages = warning; DROP TABLE IF EXISTS t, docs; " + fault.made);
    auto options = place.again();
    options.schema_policy.shared_tables = {"docs"};
    CHECK(opened_as(place, "tenancy_app", options) == errc::unsafe_schema);
    const auto report = must(tenancy::verify_schema(place.url(), options));
    CHECK(std::ranges::any_of(report.findings, [&](const auto& finding) {
      return finding.rule == fault.rule && finding.object == fault.name &&
             finding.severity == tenancy::Severity::refused;
    }));
  }
}

TEST_CASE(
    "what Citus would not spread over servers by its tenant is warned of, and no more than that") {
  const std::string columns =
      "(tenant_id BIGINT NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, note TEXT, ";
  const PostgresPlace place;
  RawSession{place.database().admin_url()}.run(
      "CREATE SCHEMA extras; CREATE EXTENSION btree_gist SCHEMA extras");
  const RawSession owner{place.database().owner_url()};
  struct Case {
    std::string made;
    std::vector<std::string> warned_of;
  };
  for (const Case& each : std::vector<Case>{
           {"CREATE TABLE t " + columns +
                "PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, note) REFERENCES notes "
                "(tenant_id, id) ON UPDATE CASCADE ON DELETE CASCADE)",
            {"t"}},
           // What it takes.
           {"CREATE TABLE t " + columns +
                "PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, note), FOREIGN KEY (tenant_id, "
                "note) REFERENCES notes (tenant_id, id) ON DELETE CASCADE); CREATE UNIQUE INDEX u "
                "ON t (tenant_id, note) WHERE note IS NOT NULL",
            {}},
           {"CREATE TABLE t " + columns +
                "PRIMARY KEY (tenant_id, id)) PARTITION BY HASH (tenant_id)",
            {}},
           {"CREATE TABLE t " + columns +
                "during INT4RANGE, PRIMARY KEY (tenant_id, id), "
                "EXCLUDE USING gist (tenant_id WITH =, during WITH &&))",
            {}}}) {
    CAPTURE(each.made);
    owner.run(each.made + ";" + tenancy::detail::secure_rows("t"));
    const auto report =
        must(tenancy::verify_schema(place.database().application_url(), place.again()));
    std::vector<std::string> warned_of;
    for (const auto& finding : report.findings) {
      if (finding.rule == SchemaRule::distributable) {
        CHECK(finding.severity == tenancy::Severity::warning);
        warned_of.push_back(finding.object);
      } else if (finding.severity == tenancy::Severity::refused) {
        FAIL_CHECK(finding.message);
      }
    }
    CHECK(warned_of == each.warned_of);
    owner.run("DROP TABLE t");
  }
}

TEST_CASE("what create_tenant_table makes keeps to all rules, and its trigger sets the time") {
  const tenancy::TenantTable table{
      .name = "things",
      .columns = {{"id", tenancy::ColumnType::text},
                  {"count", tenancy::ColumnType::integer, true, std::int64_t{3}},
                  {"done", tenancy::ColumnType::boolean, false, false},
                  {"weight", tenancy::ColumnType::real, true, 1.5},
                  {"data", tenancy::ColumnType::blob, true},
                  {"updated_at", tenancy::ColumnType::timestamp}},
      .key = {"id"},
      .unique = {{"count"}},
      .indexes = {{.columns = {"weight"}}},
      .has_updated_at_trigger = true};
  const auto sql = must(create_tenant_table(table, tenancy::Dialect::postgresql));
  const PostgresDatabase database;
  tenancy::OpenOptions options{.migrations = {{.version = 1,
                                               .name = "things",
                                               .dialects = {{tenancy::Dialect::postgresql, sql}}}},
                               .keys = tenancy::KeyRing::ephemeral(),
                               .kinds = {tenancy::postgres::store_kind()},
                               .owner_url = database.owner_url()};
  const auto authority = must(tenancy::open(database.application_url(), options));
  const auto report = must(tenancy::verify_schema(database.application_url(), options));
  for (const auto& finding : report.findings) {
    FAIL_CHECK(finding.message);
  }
  const auto tenant = must(authority.registry().create({"acme", "Acme"}));
  const RawSession session{database.application_url()};
  const auto id = std::to_string(tenant.id.value());
  session.run("SET tenancy.tenant = '" + id + "'");
  session.run("INSERT INTO things (tenant_id, id, updated_at) VALUES (" + id + ", 'a', 5)");
  session.run("UPDATE things SET weight = 2");
  CHECK(session.value("SELECT updated_at > 1600000000000000 FROM things") == "t");
}

TEST_CASE("a table whose rows are come to through another one is refused") {
  const std::string columns =
      "(tenant_id BIGINT NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, "
      "PRIMARY KEY (tenant_id, id))";
  const std::string secured = "; " + tenancy::detail::secure_rows("t");
  const std::string spread = "CREATE TABLE t " + columns + " PARTITION BY HASH (tenant_id)";
  struct Case {
    std::string made;
    std::vector<std::string> refused;
  };
  for (const Case& each : std::vector<Case>{
           // A shared parent, whose readers are asked for no tenant.
           {"CREATE TABLE docs (id TEXT PRIMARY KEY); CREATE TABLE t (tenant_id BIGINT NOT NULL "
            "REFERENCES tenancy_tenants, PRIMARY KEY (tenant_id, id)) INHERITS (docs)" +
                secured,
            {"docs", "t"}},
           {"CREATE TABLE t (PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id) REFERENCES "
            "tenancy_tenants) INHERITS (notes)" +
                secured,
            {"notes", "t"}},
           // A partition that nobody looks at.
           {spread + secured +
                "; CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.t0 PARTITION OF t FOR VALUES "
                "WITH (MODULUS 1, REMAINDER 0)",
            {"t"}},
           // Those that are looked at, each by itself.
           {spread + secured +
                "; CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0); " +
                tenancy::detail::secure_rows("t0"),
            {}},
           {spread + secured +
                "; CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
            {"t0"}}}) {
    CAPTURE(each.made);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(each.made);
    auto options = place.again();
    options.schema_policy.shared_tables = {"docs"};
    const auto report = must(tenancy::verify_schema(place.url(), options));
    std::vector<std::string> refused;
    for (const auto& finding : report.findings) {
      if (finding.severity == tenancy::Severity::refused) {
        CHECK(finding.rule == SchemaRule::row_security);
        refused.push_back(finding.object);
      }
    }
    CHECK(refused == each.refused);
    CHECK(opened_as(place, "tenancy_app", options) ==
          (each.refused.empty() ? std::nullopt : std::optional{errc::unsafe_schema}));
  }
}

TEST_CASE("a mapped table is what its mapping takes it to be, in PostgreSQL's types") {
  const PostgresPlace place;
  auto options = place.again();
  options.mappings = tenancy::mappings<tenancy_test::Note, tenancy_test::Task>();
  const auto looked_at = [&] { return opened_as(place, "tenancy_app", options); };
  CHECK(looked_at() == std::nullopt);

  struct Fault {
    std::string made;
    std::string mended;
    std::string says;
  };
  const RawSession owner{place.database().owner_url()};
  // What shows tenants' queries their tables keeps columns from being changed.
  owner.run("DROP VIEW tenancy_queries.notes, tenancy_queries.tasks");
  CHECK(looked_at() == std::nullopt);
  for (const Fault& fault : std::vector<Fault>{
           {"ALTER TABLE notes DROP COLUMN link", "ALTER TABLE notes ADD COLUMN link TEXT", "link"},
           {"ALTER TABLE notes ALTER COLUMN link SET NOT NULL",
            "ALTER TABLE notes ALTER COLUMN link DROP NOT NULL", "link"},
           {"ALTER TABLE notes ALTER COLUMN title DROP NOT NULL",
            "ALTER TABLE notes ALTER COLUMN title SET NOT NULL", "title"},
           {"ALTER TABLE notes ADD COLUMN needed TEXT NOT NULL",
            "ALTER TABLE notes DROP COLUMN needed", "needed"},
           {"ALTER TABLE notes ALTER COLUMN title TYPE BIGINT USING 0",
            "ALTER TABLE notes ALTER COLUMN title TYPE TEXT", "title"},
           {"ALTER TABLE tasks ALTER COLUMN weight TYPE BYTEA USING NULL",
            "ALTER TABLE tasks ALTER COLUMN weight TYPE DOUBLE PRECISION USING 0", "weight"},
           {"ALTER TABLE notes RENAME TO others", "ALTER TABLE others RENAME TO notes", "notes"},
           {"ALTER TABLE tasks DROP CONSTRAINT tasks_pkey, ADD CONSTRAINT tasks_pkey PRIMARY KEY "
            "(tenant_id, weight)",
            "ALTER TABLE tasks DROP CONSTRAINT tasks_pkey, ADD CONSTRAINT tasks_pkey PRIMARY KEY "
            "(tenant_id, number)",
            "key"}}) {
    CAPTURE(fault.made);
    owner.run(fault.made);
    CHECK(looked_at() == errc::invalid_mapping);
    const auto report = must(tenancy::verify_schema(place.url(), options));
    CHECK(std::ranges::any_of(report.findings, [&](const auto& finding) {
      return finding.rule == SchemaRule::mapped_table &&
             finding.severity == tenancy::Severity::refused &&
             finding.message.find(fault.says) != std::string::npos;
    }));
    owner.run(fault.mended);
    CHECK(looked_at() == std::nullopt);
  }
}

TEST_CASE("a mapping's columns, key and references are the table's on PostgreSQL, too") {
  using tenancy::ExpectedTable;
  using tenancy::StorageClass;
  const auto mapped = [](std::vector<tenancy::ExpectedColumn> others, std::string key = "id") {
    ExpectedTable table{"t", {{"id", false, StorageClass::text}}, {std::move(key)}};
    table.columns.insert(table.columns.end(), others.begin(), others.end());
    return table;
  };
  const auto referring = [&](std::string to) {
    auto table = mapped({{"region", false}, {"parent", false}});
    table.references = {{{"region", "parent"}, std::move(to), {"region", "id"}}};
    return table;
  };
  const std::string begin =
      "CREATE TABLE t (tenant_id BIGINT NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, ";
  const std::string end = "PRIMARY KEY (tenant_id, id))";
  const std::string from = begin + "region TEXT NOT NULL, parent BIGINT NOT NULL, " + end;
  const auto with_reference = [&](const std::string& reference) {
    return "CREATE TABLE codes (tenant_id BIGINT NOT NULL, code BIGINT NOT NULL, region TEXT NOT "
           "NULL, id BIGINT NOT NULL, PRIMARY KEY (tenant_id, code), UNIQUE (tenant_id, region, "
           "id), UNIQUE (code, region, id)); " +
           from + "; ALTER TABLE t ADD other BIGINT, ADD FOREIGN KEY " + reference;
  };
  const std::string whole = "(tenant_id, region, parent) REFERENCES codes (tenant_id, region, id)";
  struct Case {
    std::string made;
    ExpectedTable mapped;
    bool fits = false;
    std::string says = {};
  };
  const PostgresPlace place;
  const RawSession owner{place.database().owner_url()};
  for (const Case& each : std::vector<Case>{
           {begin + end, mapped({}), true},
           {"CREATE TABLE t (id TEXT PRIMARY KEY)", mapped({}), false, "is no tenants' table"},
           {begin + end, mapped({{"tenant_id", false, StorageClass::integer}})},
           {begin + "a TEXT NOT NULL DEFAULT '', " + end, mapped({{"a"}}), true},
           {begin + "a TEXT NOT NULL GENERATED ALWAYS AS (id) STORED, " + end, mapped({{"a"}})},
           // The key is the table's, never NULL, and stands behind the tenant.
           {begin + "b TEXT NOT NULL, UNIQUE (tenant_id, b), " + end, mapped({{"b"}}, "b"), true},
           {begin + "b TEXT NOT NULL, " + end, mapped({{"b"}}, "b")},
           {begin + "b TEXT NOT NULL, " + end +
                "; CREATE UNIQUE INDEX u ON t (tenant_id, b) WHERE id > 'x'",
            mapped({{"b"}}, "b")},
           {begin + "b TEXT, UNIQUE (tenant_id, b), " + end, mapped({{"b", true}}, "b")},
           {begin + "other TEXT NOT NULL DEFAULT '', b TEXT NOT NULL, UNIQUE (other, b), " + end,
            mapped({{"b"}}, "b")},
           {"CREATE TABLE t (tenant_id BIGINT, id TEXT NOT NULL, UNIQUE (tenant_id, id))",
            mapped({})},
           // A reference is the table's, and the tenant leads it on both sides.
           {with_reference(whole), referring("codes"), true},
           {with_reference(whole), referring("notes")},
           {from, referring("codes")},
           {with_reference("(other, region, parent) REFERENCES codes (tenant_id, region, id)"),
            referring("codes")},
           {with_reference("(tenant_id, region, parent) REFERENCES codes (code, region, id)"),
            referring("codes")}}) {
    CAPTURE(each.made);
    owner.run("SET client_min_messages = warning; DROP TABLE IF EXISTS t, codes; " + each.made);
    auto options = place.again();
    options.mappings = {each.mapped};
    options.schema_policy = {.shared_tables = {"t"}, .unsafe_tables = {"codes"}};
    const auto report = must(tenancy::verify_schema(place.url(), options));
    CHECK(each.fits != std::ranges::any_of(report.findings, [&](const auto& finding) {
            return finding.rule == SchemaRule::mapped_table &&
                   finding.message.find(each.says) != std::string::npos;
          }));
  }
}

TEST_CASE("a trigger is listed with the text that it has on PostgreSQL, too") {
  const PostgresPlace place;
  RawSession{place.database().owner_url()}.run(
      "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
      "CREATE TRIGGER told AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION told()");
  auto options = place.again();
  options.schema_policy.allowed_views_and_triggers = {
      {"told", tenancy::schema_text_hash("what it was")}};
  CHECK(opened_as(place, "tenancy_app", options) == errc::unsafe_schema);
  // The finding says how it is listed as it is.
  const auto report = must(tenancy::verify_schema(place.url(), options));
  const auto found =
      std::ranges::find(report.findings, SchemaRule::listed_trigger, &tenancy::SchemaFinding::rule);
  REQUIRE(found != report.findings.end());
  const auto& remedy = found->remedy.text;
  const auto begin = remedy.find("{\"told\", \"") + 10;
  options.schema_policy.allowed_views_and_triggers = {
      {"told", remedy.substr(begin, remedy.find('"', begin) - begin)}};
  CHECK(opened_as(place, "tenancy_app", options) == std::nullopt);
}

TEST_CASE("what only helps nobody is a warning on PostgreSQL, too") {
  const PostgresPlace place;
  RawSession{place.database().owner_url()}.run(
      "CREATE TABLE t (tenant_id BIGINT NOT NULL, id TEXT NOT NULL, note TEXT, "
      "PRIMARY KEY (tenant_id, id)); CREATE INDEX t_by_note ON t (note, tenant_id);" +
      tenancy::detail::secure_rows("t"));
  auto options = place.again();
  options.schema_policy = {.shared_tables = {"gone"},
                           .allowed_views_and_triggers = {{"gone_too", ""}},
                           .unsafe_tables = {"t2"}};
  const auto report = must(tenancy::verify_schema(place.url(), options));
  CHECK(report.is_safe());
  std::vector<std::pair<SchemaRule, std::string>> found;
  for (const auto& finding : report.findings) {
    CHECK(finding.severity == tenancy::Severity::warning);
    found.emplace_back(finding.rule, finding.object);
  }
  CHECK(found ==
        std::vector<std::pair<SchemaRule, std::string>>{{SchemaRule::tenant_led_index, "t"},
                                                        {SchemaRule::tenant_reference, "t"},
                                                        {SchemaRule::current_policy, "gone"},
                                                        {SchemaRule::current_policy, "t2"},
                                                        {SchemaRule::current_policy, "gone_too"}});
  CHECK(opened_as(place, "tenancy_app", options) == std::nullopt);
}
