// What tenants' queries could reach if nobody read their texts: sessions of their role, past the
// library.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <libpq-fe.h>

#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/migrate.hpp"

#include "hostile/corpus.hpp"
#include "storage/postgres/query_words.hpp"
#include "support/canary_tables.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"

using tenancy::errc;
using tenancy::ScopedSql;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;
using tenancy_test::TestStore;

namespace {

/// A session of the role as the library has it, where each statement runs as a tenant's query does.
class QuerySession {
 public:
  explicit QuerySession(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
    REQUIRE(PQstatus(connection_) == CONNECTION_OK);
    PQsetNoticeReceiver(
        connection_, [](void* /*nobody*/, const PGresult* /*remark*/) {}, nullptr);
    ask("SET search_path = tenancy_queries, pg_temp");
  }
  QuerySession(const QuerySession&) = delete;
  QuerySession& operator=(const QuerySession&) = delete;
  ~QuerySession() { PQfinish(connection_); }

  /// All that comes back of one statement: names, values and whatever a failure says.
  std::string ask(const std::string& sql) const {
    PGresult* const result =
        PQexecParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0);
    std::string text;
    const int columns = PQresultStatus(result) == PGRES_TUPLES_OK ? PQnfields(result) : 0;
    for (int column = 0; column < columns; ++column) {
      text += std::string{PQfname(result, column)} + "|";
      for (int row = 0; row < PQntuples(result); ++row) {
        text += std::string{PQgetvalue(result, row, column)} + "|";
      }
    }
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
      char* const failure =
          PQresultVerboseErrorMessage(result, PQERRORS_VERBOSE, PQSHOW_CONTEXT_ALWAYS);
      text += failure;
      PQfreemem(failure);
    }
    if (PQresultStatus(result) == PGRES_COPY_OUT) {
      char* line = nullptr;
      while (PQgetCopyData(connection_, &line, 0) > 0) {
        text += line;
        PQfreemem(line);
      }
    }
    PQclear(result);
    return text;
  }

  /// The statement within a transaction that is the tenant's.
  [[nodiscard]] std::string ask_as(const std::string& entry, const std::string& sql) const {
    ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const auto entered = ask(entry);
    REQUIRE_MESSAGE(entered.find("ERROR") == std::string::npos, entered);
    auto text = ask(sql);
    ask("ROLLBACK");
    return text;
  }

 private:
  PGconn* connection_;
};

/// Two tenants under the same keys with marked rows, and what opens sessions past the library.
struct World {
  World() : World{std::make_unique<PostgresPlace>(options())} {}

  static tenancy::OpenOptions options() {
    return {.migrations = tenancy_test::canary_schema(),
            .schema_policy = {.shared_tables = {"plans"}, .unsafe_tables = {"vault"}}};
  }

  /// What begins the tenant's transaction, with the proof that only the owner and the application
  /// can make.
  [[nodiscard]] std::string entry_of(const tenancy::Tenant& tenant,
                                     std::string_view time = "2000") const {
    const auto id = std::to_string(tenant.id.value());
    const auto proof = RawSession{place.database().owner_url()}.value(
        "SELECT sha256(secret || int8send(" + id + ") || secret) FROM tenancy_query_secrets");
    return "SELECT tenancy_queries.tenancy_enter_query(" + id + ", '" + proof + "', " +
           std::to_string(tenant.epoch) + ", NULL, NULL, '" + std::string{time} + "', '4096')";
  }
  /// What of the other tenant's shows in a text; empty when nothing does.
  [[nodiscard]] std::string leak(const tenancy::Tenant& other, const std::string& text) const {
    for (const auto& canary : tenancy_test::canaries(other.id.value(), other.slug.to_string())) {
      if (text.find(canary) != std::string::npos) {
        return canary;
      }
    }
    return {};
  }

  const PostgresPlace& place;
  TestStore test;

 private:
  explicit World(std::unique_ptr<PostgresPlace> its_place)
      : place{*its_place}, test{std::move(its_place)} {
    for (const auto& tenant : {test.acme, test.globex}) {
      const auto name = tenant.slug.to_string();
      test.run_raw(tenancy_test::canary_rows(tenant.id.value(), name, name != "acme"));
    }
    test.run_raw(tenancy_test::shared_rows());
  }
};

}  // namespace

TEST_CASE("a session of the queries' role that nobody vouches for sees no row, and no table") {
  const World world;
  const QuerySession session{world.place.database().queries_url()};
  for (const std::string table : {"notes", "tasks", "tags", "plans"}) {
    CAPTURE(table);
    CHECK(session.ask("SELECT count(*) FROM " + table) == "count|0|");
    CHECK(session.ask("SELECT * FROM public." + table).find("permission denied") !=
          std::string::npos);
  }
  // With every setting as it is in a query, but for the proof.
  session.ask("SET tenancy.tenant = '" + std::to_string(world.test.globex.id.value()) + "'");
  session.ask("SET tenancy.crossing = 'on'");
  for (const std::string& proof : {std::string(64, '0'), std::string{}, std::string(64, 'x')}) {
    session.ask("SET tenancy.query = '" + std::to_string(world.test.globex.id.value()) + ":" +
                proof + "'");
    CHECK(session.ask("SELECT count(*) FROM notes") == "count|0|");
  }
  for (const std::string statement :
       {"SELECT secret FROM public.tenancy_query_secrets", "CREATE TEMP TABLE t (a int)",
        "CREATE TABLE t (a int)", "CREATE VIEW tenancy_queries.t AS SELECT 1",
        "CREATE FUNCTION tenancy_queries.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE tenancy_app", "SET ROLE tenancy_owner", "UPDATE notes SET title = 'x'",
        "DELETE FROM notes", "INSERT INTO plans VALUES ('x', 1)", "LOCK TABLE notes",
        "SELECT pg_terminate_backend(1)", "SELECT pg_advisory_lock(1)",
        "SELECT query_to_xml('SELECT 1', true, true, '')", "SELECT * FROM ts_stat('SELECT 1')",
        "SELECT * FROM pg_prepared_statements"}) {
    CAPTURE(statement);
    CHECK(session.ask(statement).find("ERROR") != std::string::npos);
  }
}

TEST_CASE("a query names no tenant but its own, and that one in its own transaction alone") {
  const World world;
  const QuerySession session{world.place.database().queries_url()};
  const auto acme = world.entry_of(world.test.acme);
  const auto globex = std::to_string(world.test.globex.id.value());
  CHECK(session.ask_as(acme, "SELECT count(*) FROM notes") == "count|8|");
  // What it could say of itself, learnt and used again.
  const auto seal =
      session.ask_as(acme, "SELECT current_setting('tenancy.query') AS s").substr(2, 200);
  const auto own = seal.substr(0, seal.find('|'));
  const auto proof = own.substr(own.find(':') + 1);
  CHECK(proof.size() == 64);
  for (const std::string& forged : {own, globex + ":" + proof}) {
    CAPTURE(forged);
    session.ask("SET tenancy.query = '" + forged + "'");
    CHECK(session.ask("SELECT count(*) FROM notes") == "count|0|");
    session.ask("RESET tenancy.query");
    CHECK(session
              .ask_as(acme, "SELECT set_config('tenancy.tenant', '" + globex +
                                "', true), set_config('tenancy.query', '" + forged +
                                "', true), (SELECT count(*) FROM notes)")
              .ends_with("count|0|"));
  }
  // All rows for row-level security, and still none of another's.
  const auto crossing = session.ask_as(
      acme,
      "WITH s AS MATERIALIZED (SELECT set_config('tenancy.crossing', 'on', true) AS c) "
      "SELECT title, worth FROM s, notes WHERE c = 'on'");
  CHECK(crossing.find("acme") != std::string::npos);
  CHECK(world.leak(world.test.globex, crossing) == "");
  // Nor does a proof for one tenant enter another.
  auto other = acme;
  other.replace(other.find('(') + 1, std::to_string(world.test.acme.id.value()).size(), globex);
  CHECK(session.ask(other).find("nobody vouches") != std::string::npos);
}

TEST_CASE("a condition of a query's looks at no row of another tenant's, whatever the query sets") {
  const World world;
  const QuerySession session{world.place.database().queries_url()};
  const auto acme = world.entry_of(world.test.acme);
  const auto globex = std::to_string(world.test.globex.id.value());
  // What the policy of the application's transactions believes, and a planner to whom every order
  // of conditions is the same.
  for (const std::string& setting :
       {std::string{"tenancy.crossing', 'on"}, "tenancy.tenant', '" + globex,
        std::string{"tenancy.nothing', 'x"}}) {
    CAPTURE(setting);
    session.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    REQUIRE(session.ask(acme).find("ERROR") == std::string::npos);
    for (const std::string& each :
         {setting, std::string{"cpu_operator_cost', '0"}, std::string{"enable_indexscan', 'off"},
          std::string{"enable_indexonlyscan', 'off"}, std::string{"enable_bitmapscan', 'off"}}) {
      session.ask("SELECT set_config('" + each + "', true)");
    }
    for (const std::string condition :
         {"set_config('x.seen', coalesce(current_setting('x.seen', true), '') || title, true) IS "
          "NULL",
          "'x' ~ ANY (ARRAY[set_config('x.seen', coalesce(current_setting('x.seen', true), '') || "
          "title, true)])"}) {
      session.ask("SELECT count(*) FROM notes WHERE " + condition);
    }
    const auto seen = session.ask("SELECT current_setting('x.seen', true)");
    session.ask("ROLLBACK");
    CHECK(world.leak(world.test.globex, seen) == "");
    if (setting.find("nothing") != std::string::npos) {
      CHECK(seen.find("acme") != std::string::npos);
    }
  }
}

TEST_CASE("views whose owner no policy holds answer no query, from the moment that it is so") {
  const World world;
  const RawSession admin{world.place.database().admin_url()};
  const std::string powerful = "powerful_" + world.place.database().name();
  const auto acme = world.test.enter(world.test.acme);
  const ScopedSql sql{world.test.store, acme};
  CHECK(must(sql.query("SELECT count(*) FROM notes")).rows.size() == 1);
  admin.run("CREATE ROLE " + powerful + " BYPASSRLS; GRANT USAGE ON SCHEMA public TO " + powerful +
            "; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + powerful);
  const std::string entry =
      "tenancy_queries.tenancy_enter_query(bigint, bytea, bigint, text, bigint, text, text)";
  admin.run("ALTER FUNCTION " + entry + " OWNER TO " + powerful);
  CHECK(code_of(sql.query("SELECT count(*) FROM notes")) == errc::unsafe_role);
  admin.run("ALTER FUNCTION " + entry + " OWNER TO tenancy_owner");
  CHECK(must(sql.query("SELECT count(*) FROM notes")).rows.size() == 1);
  // As after a restoration by a superuser.
  const auto give_all_to = [&](const std::string& owner) {
    admin.run("ALTER SCHEMA tenancy_queries OWNER TO " + owner);
    for (const auto& row : admin.rows(
             "SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc WHERE pronamespace = "
             "'tenancy_queries'::regnamespace UNION ALL SELECT 'VIEW ' || oid::regclass FROM "
             "pg_class WHERE relnamespace = 'tenancy_queries'::regnamespace AND relkind = 'v'")) {
      admin.run("ALTER " + row.front().value() + " OWNER TO " + owner);
    }
  };
  // While the store is open, as for work on rows, which an owner who is held does not see.
  for (const char* change : {"NO FORCE", "DISABLE"}) {
    CAPTURE(change);
    admin.run(std::string{"ALTER TABLE notes "} + change + " ROW LEVEL SECURITY");
    CHECK(code_of(sql.query("SELECT count(*) FROM notes")) == errc::schema_mismatch);
    CHECK(code_of(sql.query("SELECT 1")) == errc::schema_mismatch);
    admin.run("ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    CHECK(must(sql.query("SELECT count(*) FROM notes")).rows.size() == 1);
  }
  give_all_to(powerful);
  {
    auto options = world.place.again();
    options.schema = tenancy::SchemaMode::verify;
    const auto authority = must(tenancy::open(world.place.url(), options));
    const auto again = must(authority.enter(world.test.acme.id, tenancy_test::tester()));
    CHECK(code_of(ScopedSql{authority.store(), again}.query("SELECT 1")) == errc::unsafe_role);
  }
  give_all_to("tenancy_owner");
  admin.run("DROP OWNED BY " + powerful + "; DROP ROLE " + powerful);
}

TEST_CASE("the hostile corpus reads no row of another tenant's where nobody reads its text") {
  const World world;
  const auto acme = world.entry_of(world.test.acme, "300");
  const QuerySession session{world.place.database().queries_url()};
  const std::string own = "SELECT string_agg(title, ',' ORDER BY id) FROM notes";
  const auto seen = session.ask_as(acme, own);
  REQUIRE(seen.find("acme 0,acme 1") != std::string::npos);
  auto statements =
      tenancy_test::read_corpus(TENANCY_HOSTILE_CORPUS, tenancy_test::CorpusDialect::postgresql);
  CHECK(statements.size() >= 250);
  for (const auto& statement : statements) {
    // A NUL no session can be sent; what takes a server's time and memory takes it, and no rows.
    if (statement.text.find('\0') != std::string::npos ||
        statement.file == "postgresql_resources.sql") {
      continue;
    }
    INFO(statement.file, ":", statement.line, "\n", statement.text);
    const auto text = session.ask_as(acme, statement.text);
    CHECK_MESSAGE(world.leak(world.test.globex, text) == "", text);
    session.ask("ROLLBACK");
    session.ask("RESET ALL");
    session.ask("SET search_path = tenancy_queries, pg_temp");
    CHECK(session.ask_as(acme, own) == seen);
  }
}

TEST_CASE("queries reach nothing through an extension that connects to servers") {
  const World world;
  const RawSession admin{world.place.database().admin_url()};
  // Where the host has put it, everybody may call it.
  admin.run("CREATE EXTENSION dblink SCHEMA public");
  const auto acme = world.entry_of(world.test.acme);
  const QuerySession session{world.place.database().queries_url()};
  const ScopedSql sql{world.test.store, world.test.enter(world.test.acme)};
  const auto ask_elsewhere = [&](const std::string& who, const std::string& function) {
    return "SELECT * FROM " + function + "('" + world.place.database().url(who) +
           "', 'SELECT title FROM public.notes') AS t(title text)";
  };
  REQUIRE(world.leak(world.test.globex, admin.value("SELECT string_agg(title, ',') FROM notes")) !=
          "");
  for (const char* who : {"postgres", "tenancy_owner", "tenancy_app", "tenancy_query"}) {
    for (const char* function : {"dblink", "public.dblink"}) {
      const auto text = ask_elsewhere(who, function);
      CAPTURE(text);
      CHECK(code_of(sql.query(text)) == errc::query_refused);
      const auto answer = session.ask_as(acme, text);
      CHECK(answer.find("ERROR") != std::string::npos);
      CHECK(world.leak(world.test.globex, answer) == "");
    }
  }
  for (const char* text :
       {"SELECT dblink_connect_u('host=localhost')", "SELECT public.dblink_connect('dbname=x')",
        "SELECT dblink_exec('x', 'DELETE FROM notes')", "SELECT public.dblink_get_pkey('notes')"}) {
    CAPTURE(text);
    CHECK(code_of(sql.query(text)) == errc::query_refused);
    CHECK(session.ask_as(acme, text).find("ERROR") != std::string::npos);
  }
}

TEST_CASE("functions that tenants' queries may call exist, and are not volatile") {
  namespace postgres = tenancy::detail::postgres;
  const RawSession session{tenancy_test::PostgresCluster::shared().admin_url()};
  const auto listed = [](auto words) {
    std::string list;
    for (const auto word : words) {
      list += (list.empty() ? "'" : ", '") + std::string{word} + "'";
    }
    return list;
  };
  const auto functions = listed(postgres::query_functions());
  CHECK(session.value("SELECT string_agg(DISTINCT proname, ' ') FROM pg_proc WHERE provolatile = "
                      "'v' AND proname IN (" +
                      functions + ")") == "");
  // Keywords before a parenthesis call nothing but conversions and what is on the list.
  CHECK(session.value("SELECT string_agg(DISTINCT proname, ' ') FROM pg_proc WHERE proname IN (" +
                      listed(postgres::query_keywords()) + ") AND proname NOT IN (" + functions +
                      ") AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typname = proname) "
                      "AND proname NOT IN ('like')") == "");
  CHECK(session.value("SELECT count(*) > 190 FROM (SELECT DISTINCT proname FROM pg_proc WHERE "
                      "proname IN (" +
                      functions + ")) f") == "t");
}

TEST_CASE("a role for queries that could do more is refused before anything runs as it") {
  const World world;
  const auto& name = world.place.database().name();
  const RawSession admin{world.place.database().admin_url()};
  const std::string role = "query_" + name;
  admin.run("CREATE ROLE " + role + " LOGIN NOINHERIT; GRANT CONNECT ON DATABASE " + name + " TO " +
            role + "; GRANT USAGE ON SCHEMA tenancy_queries TO " + role +
            "; GRANT SELECT ON ALL TABLES IN SCHEMA tenancy_queries TO " + role +
            "; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tenancy_queries TO " + role);
  const auto opened_with = [&](const std::string& url) -> std::optional<errc> {
    auto options = world.place.again();
    options.schema = tenancy::SchemaMode::verify;
    tenancy::postgres::PostgresOptions postgres;
    postgres.queries_url = url;
    options.kinds = {tenancy::postgres::store_kind(postgres)};
    const auto opened = tenancy::open(world.place.url(), options);
    return opened ? std::nullopt : std::optional{opened.error().code()};
  };
  const auto url = world.place.database().url(role);
  CHECK(opened_with(url) == std::nullopt);
  struct Power {
    std::string given;
    std::string taken;
  };
  for (const Power& power : std::vector<Power>{
           {"ALTER ROLE " + role + " BYPASSRLS", "ALTER ROLE " + role + " NOBYPASSRLS"},
           {"ALTER ROLE " + role + " CREATEDB", "ALTER ROLE " + role + " NOCREATEDB"},
           {"GRANT tenancy_app TO " + role, "REVOKE tenancy_app FROM " + role},
           {"GRANT tenancy_owner TO " + role, "REVOKE tenancy_owner FROM " + role},
           {"GRANT USAGE ON SCHEMA public TO " + role, "REVOKE ALL ON SCHEMA public FROM " + role},
           {"GRANT CREATE ON SCHEMA tenancy_queries TO " + role,
            "REVOKE CREATE ON SCHEMA tenancy_queries FROM " + role},
           {"GRANT TEMP ON DATABASE " + name + " TO " + role,
            "REVOKE TEMP ON DATABASE " + name + " FROM " + role},
           {"GRANT SELECT ON notes TO " + role, "REVOKE ALL ON notes FROM " + role},
           {"GRANT SELECT (title) ON notes TO " + role, "REVOKE ALL (title) ON notes FROM " + role},
           {"GRANT UPDATE ON tenancy_queries.notes TO " + role,
            "REVOKE UPDATE ON tenancy_queries.notes FROM " + role},
           {"CREATE FUNCTION public.peek() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
            "ALTER FUNCTION public.peek() OWNER TO " +
                role,
            "DROP FUNCTION public.peek()"},
           {"CREATE FOREIGN DATA WRAPPER away; CREATE SERVER far FOREIGN DATA WRAPPER away; "
            "GRANT USAGE ON FOREIGN SERVER far TO " +
                role,
            "DROP FOREIGN DATA WRAPPER away CASCADE"}}) {
    CAPTURE(power.given);
    admin.run(power.given);
    CHECK(opened_with(url) == errc::unsafe_role);
    admin.run(power.taken);
    CHECK(opened_with(url) == std::nullopt);
  }
  CHECK(opened_with(world.place.database().url("postgres") + "?options=-c%20role%3D" + role) ==
        errc::unsafe_role);
  CHECK(opened_with(world.place.database().application_url()) == errc::unsafe_role);
  CHECK(opened_with(world.place.database().owner_url()) == errc::unsafe_role);
  CHECK(opened_with(world.place.database().admin_url()) == errc::unsafe_role);
  admin.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}
