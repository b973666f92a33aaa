// Who is let in, and what an owner sets up.

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/storage/postgres/set_up.hpp"

#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "unit/storage_postgres/opened.hpp"

using tenancy::errc;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::opened;
using tenancy_test::opened_as;
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
  for (const std::string power :
       {"postgres", "tenancy_owner", "pg_execute_server_program", "pg_read_server_files",
        "pg_write_server_files",
        // Statistics hold values of all tenants.
        "pg_read_all_data", "pg_write_all_data", "pg_monitor", "pg_read_all_stats"}) {
    CAPTURE(power);
    role.run("GRANT " + power + " TO " + role.name());
    CHECK(opened_as(place, role.name()) == errc::unsafe_role);
    role.run("REVOKE " + power + " FROM " + role.name());
  }
  CHECK(opened_as(place, role.name()) == std::nullopt);
  role.run("GRANT CREATE ON SCHEMA public TO " + role.name());
  CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  role.run("REVOKE CREATE ON SCHEMA public FROM " + role.name());
  for (const std::string right :
       {"TRUNCATE ON notes", "REFERENCES ON notes", "TRIGGER ON notes",
        "REFERENCES (tenant_id, id) ON notes", "SELECT ON pg_statistic",
        "SELECT (stavalues1) ON pg_statistic", "SELECT ON pg_statistic_ext_data"}) {
    CAPTURE(right);
    role.run("GRANT " + right + " TO " + role.name());
    CHECK(opened_as(place, role.name()) == errc::unsafe_role);
    role.run("REVOKE " + right + " FROM " + role.name());
  }
  CHECK(opened_as(place, role.name()) == std::nullopt);
  // Whatever functions there are in the schema, it is the engine's that are asked.
  role.run("GRANT CREATE ON SCHEMA public TO " + role.name() +
           "; CREATE FUNCTION has_schema_privilege(oid, name, text) RETURNS boolean LANGUAGE sql "
           "AS 'SELECT false'");
  CHECK(opened_as(place, role.name()) == errc::unsafe_role);
  role.run(
      "DROP FUNCTION has_schema_privilege(oid, name, text); REVOKE CREATE ON SCHEMA public "
      "FROM " +
      role.name());
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
           {"GRANT SELECT (tenant_id) ON tenancy_tenants TO PUBLIC", "library's"},
           {"CREATE UNIQUE INDEX mine ON tenancy_tenants (name)", "library's"},
           {"ALTER TABLE tenancy_tenants ALTER COLUMN status SET DEFAULT 'active'", "library's"},
           {"CREATE RULE mine AS ON INSERT TO tenancy_crossings DO INSTEAD NOTHING", "library's"},
           {"CREATE TABLE more () INHERITS (tenancy_tenants)", "library's"},
           {"CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
            "CREATE TRIGGER mine BEFORE INSERT ON tenancy_crossings FOR EACH ROW EXECUTE FUNCTION "
            "mine()",
            "library's"},
           {"TRUNCATE tenancy_tenants CASCADE", "library's"},
           // What is left for the end of the transaction.
           {"CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE "
            "tenancy_tenants SET status = ''suspended''; RETURN NULL; END'; CREATE TABLE jobs (id "
            "INT PRIMARY KEY); CREATE CONSTRAINT TRIGGER later AFTER INSERT ON jobs DEFERRABLE "
            "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later(); INSERT INTO jobs VALUES (1)",
            "library's"},
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

TEST_CASE("what a superuser is to run by hand is what a set-up does") {
  // The second block of the guide that is SQL for a superuser.
  std::ostringstream guide;
  guide << std::ifstream{POSTGRESQL_GUIDE}.rdbuf();
  const auto text = guide.str();
  const auto begin = text.find("DO $$ DECLARE f regprocedure;");
  REQUIRE(begin != std::string::npos);
  auto block = text.substr(begin, text.find("END $$;", begin) - begin) + "END $$";
  for (const auto& [named, ours] :
       {std::pair{"shop_owner", "tenancy_owner"}, std::pair{"shop_app", "tenancy_app"}}) {
    for (auto at = block.find(named); at != std::string::npos; at = block.find(named)) {
      block.replace(at, std::string_view{named}.size(), ours);
    }
  }
  const auto rights = [](const RawSession& session) {
    return session.value(
        "SELECT string_agg(p.oid::regprocedure || ' ' || (SELECT string_agg(a.grantee::regrole || "
        "a.privilege_type, ' ' ORDER BY a.grantee::regrole::text) FROM aclexplode(p.proacl) a), "
        "E'\n' ORDER BY p.oid) FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace "
        "AND p.proacl IS NOT NULL");
  };
  const PostgresDatabase set_up;
  const auto expected = rights(RawSession{set_up.admin_url()});
  CHECK(expected.find("lo_create(oid)") != std::string::npos);

  const RawSession admin{tenancy_test::PostgresCluster::shared().admin_url()};
  const std::string by_hand = set_up.name() + "_by_hand";
  admin.run("CREATE DATABASE " + by_hand + " TEMPLATE template0");
  {
    const RawSession session{tenancy_test::PostgresCluster::shared().url("postgres", by_hand)};
    session.run(block);
    CHECK(rights(session) == expected);
  }
  admin.run("DROP DATABASE " + by_hand);
}

TEST_CASE("a host's step is not run where nobody would see what it changes") {
  const PostgresPlace place;
  const RawSession admin{place.database().admin_url()};
  admin.run("ALTER DATABASE " + place.database().name() + " SET track_counts = off");
  auto options = place.again();
  options.migrations.push_back({9, "more", "CREATE TABLE more (id TEXT)", {}, {}});
  options.schema_policy.shared_tables.push_back("more");
  const auto migrated = tenancy::migrate(place.database().owner_url(), options);
  CHECK(code_of(migrated) == errc::migration_failed);
  CHECK(migrated.error().message().find("track_counts") != std::string::npos);
  admin.run("ALTER DATABASE " + place.database().name() + " RESET track_counts");
  must(tenancy::migrate(place.database().owner_url(), options));
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
  // Whatever tenants' queries do, the server has connections left.
  CHECK(admin.value("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'tenancy_query'") == "50");
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
  for (const int connections : {-1, 0, 10'001}) {
    CHECK(code_of(tenancy::postgres::set_up(
              cluster.admin_url(), {.query_connections = connections})) == errc::invalid_argument);
  }
}
