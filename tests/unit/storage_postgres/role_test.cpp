// Who is let in, and what schema.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/tenant_table.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/storage/postgres/set_up.hpp"

#include "migrate/row_policy.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"

using tenancy::errc;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::PostgresDatabase;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;

namespace {

/// A role that is dropped at the end, for a database.
class SpareRole {
 public:
  SpareRole(const PostgresDatabase& database, const std::string& rights)
      : name_{"spare_" + database.name()}, admin_{database.admin_url()} {
    admin_.run("CREATE ROLE " + name_ + " LOGIN NOINHERIT " + rights);
    admin_.run("GRANT CONNECT ON DATABASE " + database.name() + " TO " + name_);
    admin_.run("GRANT USAGE ON SCHEMA public TO " + name_);
    admin_.run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + name_);
  }
  SpareRole(const SpareRole&) = delete;
  SpareRole& operator=(const SpareRole&) = delete;
  ~SpareRole() { admin_.run("DROP OWNED BY " + name_ + " CASCADE; DROP ROLE " + name_); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void run(const std::string& sql) const { admin_.run(sql); }

 private:
  std::string name_;
  RawSession admin_;
};

template <class T>
std::optional<errc> failure_of(const tenancy::Result<T>& result) {
  return result ? std::nullopt : std::optional{result.error().code()};
}

/// What `open` says of the database as it is; nothing when it opens.
std::optional<errc> opened_as(const PostgresPlace& place, const std::string& role) {
  auto options = place.again();
  options.schema = tenancy::SchemaMode::verify;
  return failure_of(tenancy::open(place.database().url(role), options));
}

std::optional<errc> opened(const PostgresPlace& place) { return opened_as(place, "tenancy_app"); }

/// Whether `verify_schema` refuses that object by that rule.
bool refuses(const PostgresPlace& place, tenancy::SchemaRule rule, const std::string& object) {
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

TEST_CASE("roles that row-level security does not hold are not let in, nor who can become one") {
  const PostgresPlace place;
  CHECK(opened(place) == std::nullopt);
  CHECK(opened_as(place, "postgres") == errc::unsafe_role);
  CHECK(opened_as(place, "tenancy_owner") == errc::unsafe_role);
  for (const std::string rights : {"BYPASSRLS", "SUPERUSER", "CREATEROLE", "REPLICATION"}) {
    CAPTURE(rights);
    const SpareRole role{place.database(), rights};
    CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  }
  const SpareRole role{place.database(), ""};
  CHECK(opened_as(place, role.name()) == std::nullopt);
  for (const std::string power : {"postgres", "tenancy_owner", "pg_execute_server_program",
                                  "pg_read_server_files", "pg_write_server_files"}) {
    CAPTURE(power);
    role.run("GRANT " + power + " TO " + role.name());
    CHECK(opened_as(place, role.name()) == errc::unsafe_role);
    role.run("REVOKE " + power + " FROM " + role.name());
  }
  CHECK(opened_as(place, role.name()) == std::nullopt);
  role.run("GRANT CREATE ON SCHEMA public TO " + role.name());
  CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  role.run("REVOKE CREATE ON SCHEMA public FROM " + role.name());
  for (const std::string right : {"TRUNCATE", "REFERENCES", "TRIGGER"}) {
    CAPTURE(right);
    role.run("GRANT " + right + " ON notes TO " + role.name());
    CHECK(opened_as(place, role.name()) == errc::unsafe_role);
    role.run("REVOKE " + right + " ON notes FROM " + role.name());
  }
  CHECK(opened_as(place, role.name()) == std::nullopt);
  // The same through a group, whose rights are one SET ROLE away though they are not inherited.
  const std::string group = "group_" + role.name();
  role.run("CREATE ROLE " + group + "; GRANT " + group + " TO " + role.name());
  CHECK(opened_as(place, role.name()) == std::nullopt);
  for (const std::string right : {"TRUNCATE ON notes", "CREATE ON SCHEMA public"}) {
    CAPTURE(right);
    role.run("GRANT " + right + " TO " + group);
    CHECK(opened_as(place, role.name()) == errc::unsafe_role);
    role.run("REVOKE " + right + " FROM " + group);
  }
  role.run("DROP OWNED BY " + group + "; DROP ROLE " + group);
  CHECK(opened_as(place, role.name()) == std::nullopt);
  role.run("ALTER TABLE tasks OWNER TO " + role.name());
  CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  // An owner gives itself again what it has given up.
  role.run("REVOKE TRUNCATE, REFERENCES, TRIGGER ON tasks FROM " + role.name());
  CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  role.run("ALTER TABLE tasks OWNER TO tenancy_owner");
  role.run(
      "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION one() "
      "OWNER TO " +
      role.name());
  CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  role.run("DROP FUNCTION one()");
  CHECK(opened_as(place, role.name()) == std::nullopt);
}

TEST_CASE("a role that another one is put on by the URL is looked at as well") {
  const PostgresPlace place;
  auto options = place.again();
  options.schema = tenancy::SchemaMode::verify;
  CHECK(code_of(tenancy::open(place.database().url("postgres") + "?options=-c%20role%3Dtenancy_app",
                              options)) == errc::unsafe_role);
  const SpareRole role{place.database(), "REPLICATION"};
  role.run("GRANT tenancy_app TO " + role.name());
  CHECK(code_of(tenancy::open(
            place.database().url(role.name()) + "?options=-c%20role%3Dtenancy_app", options)) ==
        errc::unsafe_role);
}

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
    CHECK(refuses(place, tenancy::SchemaRule::row_security, fault.name));
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
    CHECK(refuses(place, tenancy::SchemaRule::row_security, "tenancy_tenant"));
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
            "peek"}}) {
    CAPTURE(fault.made);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(fault.made);
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, tenancy::SchemaRule::invoker_rights, fault.name));
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
    CHECK(refuses(place, tenancy::SchemaRule::invoker_rights, "titles"));
    CHECK_FALSE(refuses(place, tenancy::SchemaRule::invoker_rights, "all_notes"));
    admin.run("DROP SCHEMA reporting CASCADE");
    CHECK(opened(place) == std::nullopt);
  }
  const PostgresPlace place;
  RawSession{place.database().owner_url()}.run(
      "CREATE VIEW own_notes WITH (security_invoker = true) AS SELECT * FROM notes");
  CHECK_FALSE(refuses(place, tenancy::SchemaRule::invoker_rights, "own_notes"));
  // It is a view all the same, which somebody has to have looked at.
  CHECK(refuses(place, tenancy::SchemaRule::listed_view, "own_notes"));
}

TEST_CASE("keys, indexes, references and counters keep to the rules that they keep to on SQLite") {
  struct Fault {
    std::string made;
    tenancy::SchemaRule rule;
    std::string name;
  };
  const std::string columns =
      "CREATE TABLE t (tenant_id BIGINT NOT NULL REFERENCES "
      "tenancy_tenants, id TEXT NOT NULL, ";
  for (const Fault& fault : std::vector<Fault>{
           {"CREATE TABLE t (id BIGINT PRIMARY KEY)", tenancy::SchemaRule::classified_table, "t"},
           {columns + "PRIMARY KEY (id, tenant_id))", tenancy::SchemaRule::primary_key, "t"},
           {columns + "PRIMARY KEY (tenant_id, id), UNIQUE (id))", tenancy::SchemaRule::unique_key,
            "t"},
           {columns + "note TEXT REFERENCES t (id), UNIQUE (id), PRIMARY KEY (tenant_id, id))",
            tenancy::SchemaRule::foreign_key, "t"},
           {columns + "n BIGSERIAL, PRIMARY KEY (tenant_id, id))",
            tenancy::SchemaRule::no_autoincrement, "t"},
           {columns + "n BIGINT GENERATED BY DEFAULT AS IDENTITY, PRIMARY KEY (tenant_id, id))",
            tenancy::SchemaRule::no_autoincrement, "t"},
           {columns + "up TEXT, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, up) "
                      "REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
            tenancy::SchemaRule::immediate_references, "t"},
           {"CREATE INDEX notes_by_stars ON notes (stars)", tenancy::SchemaRule::tenant_led_index,
            "notes"},
           {columns + "during INT4RANGE, PRIMARY KEY (tenant_id, id), "
                      "EXCLUDE USING gist (during WITH &&))",
            tenancy::SchemaRule::unique_key, "t"},
           {"CREATE RULE notes_too AS ON INSERT TO notes DO ALSO UPDATE notes SET stars = 1",
            tenancy::SchemaRule::listed_trigger, "notes_too"},
           {"CREATE UNIQUE INDEX notes_once ON notes (title) WHERE stars > 3",
            tenancy::SchemaRule::unique_key, "notes"},
           {"CREATE TABLE t (tenant_id INTEGER NOT NULL, id TEXT, PRIMARY KEY (tenant_id, id))",
            tenancy::SchemaRule::tenant_column, "t"},
           {"CREATE TABLE t (tenant_id BIGINT NOT NULL DEFAULT 1, id TEXT, "
            "PRIMARY KEY (tenant_id, id))",
            tenancy::SchemaRule::tenant_column, "t"},
           {"CREATE TABLE tenancy_more (id TEXT)", tenancy::SchemaRule::classified_table,
            "tenancy_more"}}) {
    CAPTURE(fault.made);
    const PostgresPlace place;
    RawSession{place.database().owner_url()}.run(fault.made);
    CHECK(opened(place) == errc::unsafe_schema);
    CHECK(refuses(place, fault.rule, fault.name));
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
           {"CREATE TABLE t (PRIMARY KEY (tenant_id, id)) INHERITS (notes)", {"notes", "t"}},
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
      if (finding.rule == tenancy::SchemaRule::distributable) {
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

TEST_CASE("a host's step changes nothing of the library's, and ends no transaction") {
  struct Step {
    std::string sql;
    std::string says;
  };
  for (const Step& step : std::vector<Step>{
           {"CREATE TABLE tenancy_extra (id TEXT)", "library's"},
           {"ALTER TABLE tenancy_tenants ADD COLUMN more TEXT", "library's"},
           {"UPDATE tenancy_tenants SET name = 'x'", "library's"},
           {"DELETE FROM tenancy_migrations", "library's"},
           {"DROP POLICY tenancy_rows ON tenancy_quotas", "library's"},
           {"CREATE OR REPLACE FUNCTION tenancy_tenant() RETURNS bigint LANGUAGE sql STABLE AS "
            "'SELECT 1::bigint'",
            "library's"},
           {"GRANT ALL ON tenancy_tenants TO PUBLIC", "library's"},
           {"COMMIT", "transaction"},
           {"CREATE TABLE x (id TEXT); ROLLBACK; CREATE TABLE y (id TEXT)", "transaction"},
           {"SAVEPOINT a", "transaction"},
           {"nonsense", "syntax"}}) {
    CAPTURE(step.sql);
    PostgresPlace place;
    must(place.authority().registry().create({"zzz", "Zzz"}));
    auto options = place.again();
    options.migrations.push_back({9, "bad", step.sql, {}, {}});
    const auto migrated = tenancy::migrate(place.database().owner_url(), options);
    REQUIRE_FALSE(migrated.has_value());
    CHECK(migrated.error() == errc::migration_failed);
    CHECK(migrated.error().message().find(step.says) != std::string::npos);
    CHECK(opened(place) == std::nullopt);
    CHECK(RawSession{place.database().admin_url()}.value(
              "SELECT count(*) FROM tenancy_migrations WHERE version = 9") == "0");
  }
}

TEST_CASE("a set-up may be run again, and makes roles that prove themselves") {
  const PostgresDatabase database;
  const auto& cluster = tenancy_test::PostgresCluster::shared();
  const auto password = tenancy::SecretBytes::copy_of("correct horse's \\ battery");
  const std::string owner = "o_" + database.name();
  const std::string application = "a_" + database.name();
  const tenancy::postgres::SetUp what{.database = database.name(),
                                      .owner = owner,
                                      .application = application,
                                      .owner_password = &password,
                                      .application_password = &password};
  const auto done = must(tenancy::postgres::set_up(cluster.admin_url(), what));
  for (const std::string& statement : done) {
    CHECK(statement.find("battery") == std::string::npos);
    CHECK(statement.find("SCRAM") == std::string::npos);
  }
  must(tenancy::postgres::set_up(cluster.admin_url(), what));
  const RawSession admin{database.admin_url()};
  CHECK(admin.value("SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = '" +
                    application + "'") == "t");
  CHECK(admin.value("SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolinherit "
                    "FROM pg_roles WHERE rolname = '" +
                    application + "'") == "f");
  admin.run("ALTER SCHEMA public OWNER TO postgres; DROP OWNED BY " + owner +
            " CASCADE; DROP OWNED BY " + application + " CASCADE; ALTER DATABASE " +
            database.name() + " OWNER TO postgres; DROP ROLE " + owner + "; DROP ROLE " +
            application);
  CHECK(code_of(tenancy::postgres::set_up(cluster.admin_url(),
                                          {.owner = "same", .application = "same"})) ==
        errc::invalid_argument);
  CHECK(code_of(tenancy::postgres::set_up(cluster.admin_url(), {.database = "a\nb"})) ==
        errc::invalid_argument);
}
