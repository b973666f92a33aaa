// Queries that tenants write, on PostgreSQL.

#include "tenancy/data/scoped_sql.hpp"

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "tenancy/migrate/migrate.hpp"

#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "support/sanitized.hpp"

using tenancy::errc;
using tenancy::ScopedSql;
using tenancy::SqlLimits;
using tenancy::SqlParameters;
using tenancy::SqlValue;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;
using tenancy_test::TestStore;

namespace {

/// Notes and tasks of both tenants under the same keys, and a table that they share.
struct Fixture {
  explicit Fixture(tenancy::StoreOptions options = {},
                   tenancy::postgres::PostgresOptions postgres = {})
      : Fixture{std::make_unique<PostgresPlace>(
            tenancy::OpenOptions{.migrations = schema(),
                                 .schema_policy = {.shared_tables = {"plans"}},
                                 .store = std::move(options)},
            std::move(postgres))} {}

  static std::vector<tenancy::Migration> schema() {
    auto steps = tenancy_test::test_schema();
    steps.push_back(
        {3, "plans", "CREATE TABLE plans (name TEXT PRIMARY KEY, most INTEGER NOT NULL)"});
    return steps;
  }

  [[nodiscard]] ScopedSql sql(const SqlLimits& limits = {}) const {
    return ScopedSql{test.store, acme, limits};
  }

  const PostgresPlace& place;
  TestStore test;
  tenancy::TenantContext acme;
  tenancy::TenantContext globex;

 private:
  explicit Fixture(std::unique_ptr<PostgresPlace> its_place)
      : place{*its_place},
        test{std::move(its_place)},
        acme{test.enter(test.acme)},
        globex{test.enter(test.globex)} {
    for (const auto& [context, name] : {std::pair{&acme, "acme"}, std::pair{&globex, "globex"}}) {
      const auto id = std::to_string(context->tenant().value());
      test.run_raw("INSERT INTO notes SELECT " + id + ", 'n' || i, '" + name +
                   " ' || i, i, NULL, 1, 1 FROM generate_series(0, 4) i");
      test.run_raw("INSERT INTO tasks SELECT " + id +
                   ", i, 'n' || i, 0, 0.5 FROM generate_series(0, 4) i");
    }
    test.run_raw("INSERT INTO plans VALUES ('free', 10), ('pro', 1000)");
  }
};

/// Ends the connections of the queries' role, and waits until they are gone.
const std::string end_of_queries =
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'tenancy_query' "
    "AND "
    "datname = current_database()";

/// Rows as one text: values with commas, rows with semicolons.
std::string flat(const tenancy::SqlTable& table) {
  std::string text;
  for (const auto& row : table.rows) {
    for (const SqlValue& value : row) {
      text += value.is_null() ? "NULL"
              : value.int64() ? std::to_string(*value.int64())
              : value.real()  ? std::to_string(*value.real())
              : value.text()  ? std::string{*value.text()}
                              : "blob";
      text += ',';
    }
    text += ';';
  }
  return text;
}

/// The subject of a limit that must have been met.
std::string limit_of(const tenancy::Result<tenancy::SqlTable>& result) {
  REQUIRE(code_of(result) == errc::query_limit_exceeded);
  return std::string{result.error().subject()};
}

/// What `open` comes to with that schema and these rules.
std::optional<errc> opened(const PostgresPlace& place, tenancy::OpenOptions options) {
  options.schema = tenancy::SchemaMode::verify;
  options.kinds = place.again().kinds;
  const auto authority = tenancy::open(place.url(), options);
  return authority ? std::nullopt : std::optional{authority.error().code()};
}

}  // namespace

TEST_CASE(
    "what the server takes for a call behind a dot is refused, columns of such names are not") {
  const Fixture fixture;
  const auto sql = fixture.sql();
  for (const std::string_view text :
       {"SELECT g.oidout FROM generate_series(1, 3) g",
        "SELECT g.\"lo_create\" FROM generate_series(1, 3) g",
        "SELECT generate_series.regclassout FROM generate_series(1, 3)",
        "SELECT age(g.xid) FROM generate_series(1, 3) g", "SELECT n.record_out FROM notes n",
        "SELECT public.notes.record_out FROM notes"}) {
    CAPTURE(text);
    CHECK(code_of(sql.query(text)) == errc::query_refused);
  }
  const auto renamed = sql.query("SELECT s.path FROM (SELECT 1 AS path) s");
  CHECK(code_of(renamed) == errc::query_refused);
  CHECK(renamed.error().message().find("another name") != std::string::npos);

  CHECK(flat(must(sql.query("SELECT p.name, p.most FROM plans p ORDER BY p.most"))) ==
        "free,10,;pro,1000,;");
  CHECK(flat(must(sql.query("SELECT n.title, s.total FROM notes n, (SELECT count(*) AS total FROM "
                            "tasks t) s ORDER BY n.id LIMIT 1"))) == "acme 0,5,;");
  CHECK(flat(must(sql.query("SELECT j.key FROM json_each('{\"a\": 1}') j"))) == "a,;");
}

TEST_CASE("without a role of their own there are no queries of tenants on PostgreSQL") {
  const Fixture fixture;
  auto options = fixture.place.again();
  options.kinds = {tenancy::postgres::store_kind()};
  const auto authority = must(tenancy::open(fixture.place.url(), options));
  const auto acme = must(authority.enter(fixture.test.acme.id, tenancy_test::tester()));
  const auto refused = ScopedSql{authority.store(), acme}.query("SELECT 1");
  REQUIRE(code_of(refused) == errc::not_supported);
  CHECK(refused.error().message().find("queries_url") != std::string::npos);
  CHECK(code_of(ScopedSql{authority.store(), acme}.tables()) == errc::not_supported);
}

TEST_CASE("queries on PostgreSQL join, nest, aggregate and look into JSON") {
  const Fixture fixture;
  const auto ask = [&](std::string_view text) { return flat(must(fixture.sql().query(text))); };
  CHECK(
      ask("SELECT n.title, t.weight FROM tasks t JOIN notes n ON n.id = t.note WHERE number = 3") ==
      "acme 3,0.500000,;");
  CHECK(ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) "
            "SELECT sum(i) FROM n") == "10,;");
  CHECK(ask("SELECT id, row_number() OVER (ORDER BY stars DESC) FROM notes ORDER BY 2 LIMIT 1") ==
        "n4,1,;");
  CHECK(ask("SELECT done, sum(weight), string_agg(number::text, '+' ORDER BY number) FROM tasks "
            "GROUP BY done") == "0,2.500000,0+1+2+3+4,;");
  CHECK(ask("SELECT '{\"a\":[1,2]}'::jsonb #>> '{a,1}', '[3]'::json ->> 0") == "2,3,;");
  CHECK(ask("SELECT sum(value::int) FROM json_each_text('{\"a\":1,\"b\":2}')") == "3,;");
  CHECK(ask("SELECT p.most FROM plans p, notes n WHERE n.id = 'n0' AND p.name = 'pro'") ==
        "1000,;");
  CHECK(ask("VALUES (1, 'x') ;  -- and a comment") == "1,x,;");
}

TEST_CASE("values go in and come back as what they are on PostgreSQL") {
  const Fixture fixture;
  const SqlValue::Bytes bytes{std::byte{0}, std::byte{255}};
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  const auto row =
      must(fixture.sql().query("SELECT ?, ?, ?, ?, ?, ?", {least, 2.5, "a'b", bytes, nullptr, 7}))
          .rows.at(0);
  CHECK(row[0].int64() == least);
  CHECK(row[1].real() == 2.5);
  CHECK(row[2].text() == "a'b");
  CHECK(row[3] == SqlValue{bytes});
  CHECK(row[4].is_null());
  CHECK(row[5].int64() == 7);
  const auto ask = [&](std::string_view text) { return flat(must(fixture.sql().query(text))); };
  CHECK(ask("SELECT true, false, 1::smallint, 2::bigint, 1.50, 2::numeric, 1e30, 'x'::varchar") ==
        "1,0,1,2,1.500000,2,1000000000000000019884624838656.000000,x,;");
  CHECK(ask("SELECT 'NaN'::float8, 'NaN'::numeric, 1::real, '-Infinity'::float8 < 0") ==
        "NULL,NULL,1.000000,1,;");
  CHECK(ask("SELECT '2020-01-02'::date, '2020-01-02 03:04:05+02'::timestamptz, ARRAY[1, 2], "
            "'{\"a\":1}'::jsonb") == "2020-01-02,2020-01-02 01:04:05+00,{1,2},{\"a\": 1},;");
  CHECK(must(fixture.sql().query_json("SELECT 1 AS a, 9e999 AS b, '\\x00ff'::bytea AS c")) ==
        R"({"columns":["a","b","c"],"rows":[[1,null,"AP8"]]})");
  CHECK(must(fixture.sql().query_json("SELECT 1 AS a WHERE false")) ==
        R"({"columns":["a"],"rows":[]})");
  // What has the type of a literal is taken where a literal is.
  CHECK(flat(must(fixture.sql().query("SELECT substr(title, ?) FROM notes WHERE stars = ? LIMIT ?",
                                      {6, 1, 1}))) == "1,;");
  CHECK(code_of(fixture.sql().query("SELECT ?", {std::string{"a\0b", 3}})) == errc::invalid_value);
}

TEST_CASE("each limit has its name on PostgreSQL, and none of them hurts what comes after") {
  const Fixture fixture{
      {.scoped_sql = {.connections = 1, .text_bytes = 2000, .value_bytes = 100'000}}};
  const auto endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n "
      "WHERE "
      "i < 0";
  const auto check_unharmed = [&] {
    CHECK(flat(must(fixture.sql({.time = std::chrono::seconds{60}})
                        .query("SELECT count(*) FROM notes"))) == "5,;");
  };
  CHECK(limit_of(fixture.sql({.time = std::chrono::milliseconds{20}}).query(endless)) == "time");
  check_unharmed();
  CHECK(limit_of(fixture.sql({.rows = 4}).query("SELECT id FROM notes")) == "rows");
  check_unharmed();
  CHECK(must(fixture.sql({.rows = 5}).query("SELECT id FROM notes")).rows.size() == 5);
  CHECK(limit_of(fixture.sql({.bytes = 100}).query("SELECT title FROM notes, plans")) == "bytes");
  CHECK(limit_of(fixture.sql().query("SELECT '" + std::string(2000, 'x') + "'")) == "text");
  CHECK(limit_of(fixture.sql().query("SELECT ?", {std::string(200'000, 'x')})) == "value");
  std::string deep = "1";
  for (int i = 0; i < 150; ++i) {
    deep = "(" + deep + "+1)";
  }
  CHECK(limit_of(fixture.sql().query("SELECT " + deep)) == "depth");
  // More than the role may write to the disk, of what does not fit into a step's memory.
  const auto& name = fixture.place.database().name();
  fixture.test.run_raw("ALTER ROLE tenancy_query IN DATABASE " + name +
                       " SET temp_file_limit = '1MB'; " + end_of_queries);
  CHECK(limit_of(fixture.sql({.time = std::chrono::minutes{5}, .memory = 1})
                     .query("SELECT count(*) FROM (SELECT i, md5(i::text) AS a FROM "
                            "generate_series(1, 100000) AS g(i) ORDER BY a) s")) == "memory");
  check_unharmed();
}

TEST_CASE("errors of a running query on PostgreSQL tell nothing that it met") {
  const Fixture fixture{{.scoped_sql = {.connections = 1}}};
  for (const std::string_view text :
       {"SELECT title::int FROM notes", "SELECT 1 / (stars - stars) FROM notes",
        "SELECT title::date FROM notes WHERE id > 'n0'",
        "SELECT (title || '[')::json FROM notes"}) {
    CAPTURE(text);
    const auto met = fixture.sql().query(text);
    REQUIRE(code_of(met) == errc::invalid_query);
    CHECK(met.error().message().find("acme") == std::string::npos);
    // On the same connection, in a transaction of its own.
    CHECK(flat(must(ScopedSql{fixture.test.store, fixture.globex}.query(
              "SELECT title FROM notes WHERE id = 'n1'"))) == "globex 1,;");
  }
  // One that fails in its middle.
  const auto late =
      fixture.sql().query("SELECT 1 / (1000 - i) FROM generate_series(1, 2000) AS g(i)");
  CHECK(code_of(late) == errc::invalid_query);
  CHECK(flat(must(fixture.sql().query("SELECT count(*) FROM notes"))) == "5,;");
}

TEST_CASE("a key's context asks, and not once the key is revoked") {
  const Fixture fixture;
  const auto key = must(fixture.test.registry.issue_key(fixture.test.acme.id, {.name = "app"}));
  const auto context =
      must(fixture.test.authority.authenticator().authenticate(key.text.unsafe_text()));
  const ScopedSql sql{fixture.test.store, context};
  CHECK(flat(must(sql.query("SELECT count(*) FROM notes"))) == "5,;");
  must(fixture.test.registry.revoke_key(fixture.test.acme.id, key.key.id));
  CHECK(code_of(sql.query("SELECT count(*) FROM notes")) == errc::stale_context);
  CHECK(code_of(sql.tables()) == errc::stale_context);
}

TEST_CASE("a query's context is over when what it was made of is another") {
  const Fixture fixture;
  const auto key = must(fixture.test.registry.issue_key(
      fixture.test.acme.id,
      {.name = "app", .expires_at = fixture.test.clock->now() + std::chrono::hours{1}}));
  const auto context =
      must(fixture.test.authority.authenticator().authenticate(key.text.unsafe_text()));
  const ScopedSql sql{fixture.test.store, context};
  const std::string of_acme = " WHERE tenant_id = " + std::to_string(fixture.test.acme.id.value());
  const std::string of_globex = std::to_string(fixture.test.globex.id.value());
  CHECK(flat(must(sql.query("SELECT count(*) FROM notes"))) == "5,;");
  errc expected = errc::stale_context;
  std::string change;
  SUBCASE("the key expires at another time") {
    change = "UPDATE tenancy_api_keys SET expires_at = expires_at - 1";
  }
  SUBCASE("the key is another tenant's") {
    change = "UPDATE tenancy_api_keys SET tenant_id = " + of_globex;
  }
  SUBCASE("the key is revoked") { change = "UPDATE tenancy_api_keys SET revoked_at = created_at"; }
  SUBCASE("the key is gone") { change = "DELETE FROM tenancy_api_keys"; }
  SUBCASE("the tenant was suspended meanwhile") {
    change = "UPDATE tenancy_tenants SET epoch = epoch + 1" + of_acme;
  }
  SUBCASE("the tenant is suspended") {
    change = "UPDATE tenancy_tenants SET status = 'suspended'" + of_acme;
    expected = errc::tenant_not_active;
  }
  CAPTURE(change);
  fixture.test.run_raw(change);
  CHECK(code_of(sql.query("SELECT count(*) FROM notes")) == expected);
}

TEST_CASE("a secret that somebody changed is read again, and connections that ended are replaced") {
  const Fixture fixture{{.scoped_sql = {.connections = 1}}};
  const auto check = [&] {
    CHECK(flat(must(fixture.sql().query("SELECT count(*) FROM notes"))) == "5,;");
  };
  check();
  fixture.test.run_raw("UPDATE tenancy_query_secrets SET secret = sha256('x'::bytea)");
  check();
  fixture.test.run_raw(end_of_queries);
  check();
}

TEST_CASE("one tenant's queries leave connections to others on PostgreSQL") {
  const Fixture fixture{{.scoped_sql = {.connections = 2, .per_tenant = 1}}};
  must(fixture.sql().for_each("SELECT 1", {}, [&](const tenancy::SqlRow&) -> tenancy::Result<void> {
    CHECK(code_of(ScopedSql(fixture.test.store, fixture.acme, {},
                            tenancy::CallOptions::within(std::chrono::milliseconds{50}))
                      .query("SELECT 1")) == errc::deadline_exceeded);
    CHECK(flat(must(ScopedSql(fixture.test.store, fixture.globex).query("SELECT 2"))) == "2,;");
    return tenancy::success();
  }));
}

TEST_CASE("without prepared statements, as behind a pooler, queries come to the same") {
  tenancy::postgres::PostgresOptions postgres;
  postgres.statements = tenancy::postgres::PreparedStatements::none;
  const Fixture fixture{{}, postgres};
  for (int i = 0; i < 2; ++i) {
    CHECK(flat(must(fixture.sql().query("SELECT title, '2020-01-01'::timestamptz FROM notes WHERE "
                                        "id = ?",
                                        {"n1"}))) == "acme 1,2020-01-01 00:00:00+00,;");
    CHECK(flat(must(ScopedSql{fixture.test.store, fixture.globex}.query(
              "SELECT title FROM notes WHERE id = ?", {"n1"}))) == "globex 1,;");
  }
}

TEST_CASE("a step of the host's changes tables that queries see, and they follow") {
  Fixture fixture;
  auto options = fixture.place.again();
  options.migrations.push_back({4, "more", "ALTER TABLE notes ADD COLUMN colour TEXT", {}, {}});
  options.migrations.push_back({5,
                                "other",
                                "ALTER TABLE notes ALTER COLUMN link TYPE VARCHAR(20); "
                                "ALTER TABLE tasks DROP COLUMN weight",
                                {},
                                {}});
  must(tenancy::migrate(fixture.place.database().owner_url(), options));
  // In the program that was running, too.
  CHECK(must(fixture.sql().query("SELECT * FROM notes")).columns.size() == 7);
  CHECK(must(fixture.sql().query("SELECT * FROM tasks")).columns ==
        std::vector<std::string>{"number", "note", "done"});
  std::vector<std::string> names;
  for (const auto& table : must(fixture.sql().tables())) {
    names.push_back(table.name);
    CHECK(table.is_shared == (table.name == "plans"));
  }
  CHECK(names == std::vector<std::string>{"notes", "plans", "tasks"});
  // One that fails leaves what there was.
  options.migrations.push_back({6, "bad", "ALTER TABLE notes DROP COLUMN nothing", {}, {}});
  CHECK_FALSE(tenancy::migrate(fixture.place.database().owner_url(), options).has_value());
  CHECK(must(fixture.sql().query("SELECT colour FROM notes")).rows.size() == 5);
}

TEST_CASE("what queries see is as the schema calls for, or they are refused until it is migrated") {
  for (
      const std::string change :
      {"DROP VIEW tenancy_queries.notes",
       "CREATE OR REPLACE VIEW tenancy_queries.notes AS SELECT id, title, stars, link, created_at, "
       "updated_at FROM public.notes",
       "ALTER VIEW tenancy_queries.notes SET (security_barrier = true)",
       "CREATE VIEW tenancy_queries.extra AS SELECT 1 AS a", "DROP POLICY tenancy_queries ON notes",
       "DROP POLICY tenancy_queries ON notes; CREATE POLICY tenancy_queries ON notes AS "
       "RESTRICTIVE "
       "FOR SELECT TO tenancy_owner USING (true)",
       "CREATE POLICY tenancy_queries ON tenancy_quotas AS RESTRICTIVE FOR SELECT TO tenancy_owner "
       "USING (true)",
       "CREATE FUNCTION tenancy_queries.tenancy_query_tenant(a int) RETURNS bigint LANGUAGE sql AS "
       "'SELECT 1::bigint'",
       "ALTER TABLE notes ADD COLUMN colour TEXT"}) {
    CAPTURE(change);
    const Fixture fixture;
    RawSession{fixture.place.database().owner_url()}.run(change);
    auto options = fixture.place.again();
    {
      const auto authority = must(tenancy::open(fixture.place.url(), [&] {
        auto verifying = options;
        verifying.schema = tenancy::SchemaMode::verify;
        return verifying;
      }()));
      const auto acme = must(authority.enter(fixture.test.acme.id, tenancy_test::tester()));
      CHECK(code_of(ScopedSql{authority.store(), acme}.query("SELECT 1")) == errc::schema_mismatch);
      must(tenancy::migrate(fixture.place.database().owner_url(), options));
      CHECK(flat(must(ScopedSql{authority.store(), acme}.query("SELECT count(*) FROM notes"))) ==
            "5,;");
    }
  }
}

TEST_CASE("the library's own functions with their owner's rights are known by what they do") {
  for (const std::string change :
       {"CREATE OR REPLACE FUNCTION tenancy_queries.tenancy_query_tenant() RETURNS bigint LANGUAGE "
        "plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN 1; "
        "END'",
        "ALTER FUNCTION tenancy_queries.tenancy_query_tenant() RESET search_path"}) {
    CAPTURE(change);
    const Fixture fixture;
    RawSession{fixture.place.database().owner_url()}.run(change);
    CHECK(opened(fixture.place, fixture.place.again()) == errc::unsafe_schema);
    must(tenancy::migrate(fixture.place.database().owner_url(), fixture.place.again()));
    CHECK(opened(fixture.place, fixture.place.again()) == std::nullopt);
  }
}

TEST_CASE("a table whose indexes the tenant does not lead is not seen on PostgreSQL, too") {
  const Fixture fixture;
  const auto sees_tasks = [&] {
    must(tenancy::migrate(fixture.place.database().owner_url(), fixture.place.again()));
    const auto authority = must(tenancy::open(fixture.place.url(), fixture.place.again()));
    const auto acme = must(authority.enter(fixture.test.acme.id, tenancy_test::tester()));
    return ScopedSql{authority.store(), acme}.query("SELECT count(*) FROM tasks").has_value();
  };
  const RawSession owner{fixture.place.database().owner_url()};
  CHECK(sees_tasks());
  // Only warned of, since it keeps nobody apart; but rows of others are looked at through it.
  owner.run("CREATE INDEX by_weight ON tasks (weight, tenant_id)");
  CHECK_FALSE(sees_tasks());
  owner.run("DROP INDEX by_weight");
  CHECK(sees_tasks());
}

TEST_CASE("functions of the host's that fit a name better than the engine's are not asked") {
  const Fixture fixture;
  for (const std::string function : {"quote_ident(name)", "to_regnamespace(name)", "lower(name)",
                                     "concat_ws(text, bigint, oid, name)"}) {
    RawSession{fixture.place.database().owner_url()}.run(
        "CREATE FUNCTION public." + function +
        " RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'pg_catalog'$$");
  }
  must(tenancy::migrate(fixture.place.database().owner_url(), fixture.place.again()));
  CHECK(opened(fixture.place, fixture.place.again()) == std::nullopt);
  const auto authority = must(tenancy::open(fixture.place.url(), fixture.place.again()));
  const auto acme = must(authority.enter(fixture.test.acme.id, tenancy_test::tester()));
  CHECK(flat(must(ScopedSql{authority.store(), acme}.query("SELECT count(*) FROM notes"))) ==
        "5,;");
}

TEST_CASE("a row that is far too long is not taken into this process's memory") {
  const Fixture fixture;
  const auto resident = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // In KiB, and the most that there was.
  };
  must(fixture.sql().query("SELECT 1"));
  const auto before = resident();
  // 192 MB in a row, which libpq would hold twice. What has come when it is looked at is taken.
  const auto outcome =
      fixture.sql({.time = std::chrono::seconds{60}, .bytes = 1'000'000})
          .query(
              "SELECT x, x, x, x, x, x, x, x FROM (SELECT replace(r, 'a', a) "
              "AS x FROM (SELECT a, replace(replace(a, 'a', a), 'a', a) AS r "
              "FROM (VALUES (replace('aaaaaaaaaa', 'a', 'aaaaaaa'))) AS v(a)) AS w) AS z");
  CHECK(code_of(outcome) == errc::query_limit_exceeded);
  CHECK(outcome.error().subject() == "bytes");
  // A sanitizer keeps what was given back.
  CHECK((tenancy_test::is_sanitized || resident() - before < 256 * 1024));
  // The next query has a connection.
  CHECK(must(fixture.sql().query("SELECT id FROM notes")).rows.size() == 5);
}
