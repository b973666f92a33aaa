#include "tenancy/data/scoped_sql.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"

namespace {

using namespace tenancy_test;
using tenancy::errc;
using tenancy::ScopedSql;
using tenancy::SqlLimits;
using tenancy::SqlParameters;
using tenancy::SqlValue;

/// Notes and tasks of both tenants under the same keys, and a table that they share.
class Fixture {
 public:
  explicit Fixture(tenancy::StoreOptions options = {})
      : store{std::move(options), schema(), {.shared_tables = {"plans"}}},
        acme{store.enter(store.acme)},
        globex{store.enter(store.globex)} {
    for (const auto& [context, name] : {std::pair{&acme, "acme"}, std::pair{&globex, "globex"}}) {
      const auto id = std::to_string(context->tenant().value());
      for (int i = 0; i < 5; ++i) {
        const auto number = std::to_string(i);
        store.run_raw("INSERT INTO notes VALUES (" + id + ", 'n" + number + "', '" + name + " " +
                      number + "', " + number + ", NULL, 1, 1)");
        store.run_raw("INSERT INTO tasks VALUES (" + id + ", " + number + ", 'n" + number +
                      "', 0, 0.5)");
      }
    }
    store.run_raw("INSERT INTO plans VALUES ('free', 10), ('pro', 1000)");
  }

  static std::vector<tenancy::Migration> schema() {
    auto steps = test_schema();
    steps.push_back(
        {3, "plans", "CREATE TABLE plans (name TEXT PRIMARY KEY, most INTEGER NOT NULL) STRICT"});
    return steps;
  }

  [[nodiscard]] ScopedSql sql(const SqlLimits& limits = {}) const {
    return ScopedSql{store.store, acme, limits};
  }

  TestStore store;
  tenancy::TenantContext acme;
  tenancy::TenantContext globex;
};

/// The time of day, for which one may have to wait.
class SlowClock final : public tenancy::Clock {
 public:
  [[nodiscard]] tenancy::Timestamp now() const noexcept override {
    using Steady = std::chrono::steady_clock;
    const auto end = Steady::now() + std::chrono::milliseconds{is_slow ? 50 : 0};
    while (Steady::now() < end) {
    }
    return tenancy::SystemClock{}.now();
  }

  std::atomic<bool> is_slow = false;
};

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

}  // namespace

TEST_CASE("a query sees exactly its tenant's rows under plain names") {
  const Fixture fixture;
  const auto table = must(fixture.sql().query("SELECT * FROM notes WHERE stars < 2 ORDER BY id"));
  CHECK(table.columns ==
        std::vector<std::string>{"id", "title", "stars", "link", "created_at", "updated_at"});
  CHECK(flat(table) == "n0,acme 0,0,NULL,1,1,;n1,acme 1,1,NULL,1,1,;");
  const ScopedSql globex{fixture.store.store, fixture.globex};
  CHECK(flat(must(globex.query("SELECT title FROM notes WHERE id = 'n0'"))) == "globex 0,;");
  CHECK(flat(must(globex.query("SELECT count(*) FROM notes"))) == "5,;");
}

TEST_CASE("queries join, nest, aggregate and look into JSON") {
  const Fixture fixture;
  const auto ask = [&](std::string_view text) { return flat(must(fixture.sql().query(text))); };
  CHECK(
      ask("SELECT n.title, t.weight FROM tasks t JOIN notes n ON n.id = t.note WHERE number = 3") ==
      "acme 3,0.500000,;");
  CHECK(ask("SELECT n.id FROM notes n LEFT JOIN tasks t ON t.note = n.id AND t.number > 3 "
            "WHERE t.number IS NULL ORDER BY 1") == "n0,;n1,;n2,;n3,;");
  CHECK(ask("WITH high AS (SELECT * FROM notes WHERE stars > 2) SELECT count(*) FROM high") ==
        "2,;");
  CHECK(ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) "
            "SELECT sum(i) FROM n") == "10,;");
  CHECK(ask("SELECT id, row_number() OVER (ORDER BY stars DESC) FROM notes ORDER BY 2 LIMIT 1") ==
        "n4,1,;");
  CHECK(ask("SELECT done, sum(weight), group_concat(number) FROM tasks GROUP BY done") ==
        "0,2.500000,0,1,2,3,4,;");
  CHECK(ask("SELECT json_extract('{\"a\":[1,2]}', '$.a[1]'), '[3]' ->> 0") == "2,3,;");
  CHECK(ask("SELECT sum(value) FROM json_each('[1,2,3]')") == "6,;");
  CHECK(ask("SELECT count(*) FROM json_each('[1,2,3]')") == "3,;");
  CHECK(ask("WITH x AS (SELECT 1) SELECT count(*) FROM x, json_tree('[1]')") == "2,;");
  CHECK(ask("SELECT p.most FROM plans p, notes n WHERE n.id = 'n0' AND p.name = 'pro'") ==
        "1000,;");
  CHECK(ask("SELECT count(*) FROM plans") == "2,;");
  CHECK(ask("VALUES (1, 'x') ;  -- and a comment") == "1,x,;");
}

TEST_CASE("parameters are bound by place or by name, each exactly once") {
  const Fixture fixture;
  const auto sql = fixture.sql();
  CHECK(flat(must(sql.query("SELECT title FROM notes WHERE id = ? AND stars = ?", {"n1", 1}))) ==
        "acme 1,;");
  CHECK(flat(must(sql.query("SELECT :b, :a, :b",
                            SqlParameters::named({{":a", 1.5}, {":b", nullptr}})))) ==
        "NULL,1.500000,NULL,;");
  CHECK(code_of(sql.query("SELECT ?, ?", {1})) == errc::invalid_argument);
  CHECK(code_of(sql.query("SELECT 1", {1})) == errc::invalid_argument);
  CHECK(code_of(sql.query("SELECT :a", SqlParameters::named({{":b", 1}}))) ==
        errc::invalid_argument);
  CHECK(code_of(sql.query("SELECT :a, :b", SqlParameters::named({{":a", 1}, {":a", 2}}))) ==
        errc::invalid_argument);
  // What looks like SQL is a value.
  CHECK(flat(must(sql.query("SELECT count(*) FROM notes WHERE id = ?", {"' OR 1=1 --"}))) == "0,;");
}

TEST_CASE("every type of value goes in and comes back") {
  const Fixture fixture;
  const SqlValue::Bytes bytes{std::byte{0}, std::byte{255}};
  const auto table = must(fixture.sql().query(
      "SELECT ?, ?, ?, ?, ?",
      {std::numeric_limits<std::int64_t>::min(), 2.5, std::string{"a\0b", 3}, bytes, nullptr}));
  const auto& row = table.rows.at(0);
  CHECK(row[0].int64() == std::numeric_limits<std::int64_t>::min());
  CHECK(row[1].real() == 2.5);
  CHECK(row[2].text() == std::string_view{"a\0b", 3});
  CHECK(row[3] == SqlValue{bytes});
  CHECK(row[4].is_null());
  CHECK_FALSE(row[0].text());
  CHECK_FALSE(row[2].int64());
  const SqlValue none{std::optional<std::int64_t>{}};
  const SqlValue seven{std::optional<std::int64_t>{7}};
  CHECK(none.is_null());
  CHECK(seven.int64() == 7);
  CHECK(flat(must(fixture.sql().query("SELECT ?, ?", {none, seven}))) == "NULL,7,;");
}

TEST_CASE("a row that is visited gives each value as what it is, and as nothing else") {
  const Fixture fixture;
  int visits = 0;
  must(fixture.sql().for_each(
      "SELECT 7, 2.5, 'text', x'00FF', NULL", {},
      [&](const tenancy::SqlRow& row) -> tenancy::Result<void> {
        ++visits;
        REQUIRE(row.size() == 5);
        for (std::size_t i = 0; i < row.size(); ++i) {
          CAPTURE(i);
          CHECK(row.int64(i).has_value() == (i == 0));
          CHECK(row.real(i).has_value() == (i == 1));
          CHECK(row.text(i).has_value() == (i == 2));
          CHECK(row.blob(i).has_value() == (i == 3));
          CHECK(row.is_null(i) == (i == 4));
        }
        CHECK(row.int64(0) == 7);
        CHECK(row.real(1) == 2.5);
        CHECK(row.text(2) == "text");
        CHECK(row.value(3) == SqlValue{SqlValue::Bytes{std::byte{0}, std::byte{255}}});
        return tenancy::success();
      }));
  CHECK(visits == 1);
}

TEST_CASE("rows are written as JSON") {
  const Fixture fixture;
  CHECK(must(fixture.sql().query_json("SELECT id, stars, link, 0.5 AS \"a\"\"b\", x'00ff' AS c "
                                      "FROM notes WHERE stars < 2 ORDER BY id")) ==
        R"({"columns":["id","stars","link","a\"b","c"],)"
        R"("rows":[["n0",0,null,0.5,"AP8"],["n1",1,null,0.5,"AP8"]]})");
  CHECK(must(fixture.sql().query_json("SELECT 1 AS a WHERE 0")) ==
        R"({"columns":["a"],"rows":[]})");
  CHECK(must(fixture.sql().query_json("SELECT 9e999, CAST(x'ff' AS TEXT)"))
            .find("[null,\"\xEF\xBF\xBD\"]") != std::string::npos);
}

TEST_CASE("what is no query, or more than one, is refused") {
  const Fixture fixture;
  const auto sql = fixture.sql();
  for (const std::string_view text :
       {"", "  ", "-- nothing", "SELEC 1", "SELECT absent FROM notes", "SELECT * FROM absent",
        "SELECT * FROM main.notes", "SELECT tenant_id FROM notes"}) {
    CAPTURE(text);
    CHECK(code_of(sql.query(text)) == errc::invalid_query);
  }
  CHECK(code_of(sql.query(std::string_view{"SELECT 1\0", 9})) == errc::invalid_query);
  for (const std::string_view text : {"SELECT 1; SELECT 2",
                                      "INSERT INTO plans VALUES ('x', 1)",
                                      "DELETE FROM plans",
                                      "UPDATE plans SET most = 0",
                                      "CREATE TEMP TABLE x (a)",
                                      "DROP VIEW temp.notes",
                                      "PRAGMA table_list",
                                      "ATTACH 'x' AS y",
                                      "BEGIN",
                                      "SAVEPOINT x",
                                      "EXPLAIN SELECT 1",
                                      "EXPLAIN QUERY PLAN SELECT * FROM notes",
                                      "ANALYZE",
                                      "VACUUM",
                                      "REINDEX",
                                      "ROLLBACK",
                                      "SELECT * FROM tenancy_tenants",
                                      "SELECT count(*) FROM tenancy_api_keys",
                                      "SELECT * FROM sqlite_schema",
                                      "SELECT count(*) FROM sqlite_temp_schema",
                                      "SELECT load_extension('x')",
                                      "SELECT changes()",
                                      "SELECT randomblob(5)",
                                      "SELECT rowid FROM notes"}) {
    CAPTURE(text);
    CHECK(code_of(sql.query(text)) == errc::query_refused);
  }
  // Functions that stand in the place of tables are not there.
  for (const std::string_view text :
       {"SELECT count(*) FROM pragma_table_list", "SELECT * FROM pragma_database_list",
        "SELECT count(*) FROM dbstat", "SELECT * FROM sqlite_stmt",
        "SELECT count(*) FROM pragma_table_list, json_each('[]')",
        "SELECT count(*) FROM sqlite_stmt, json_each('[1]')"}) {
    CAPTURE(text);
    const auto code = code_of(sql.query(text));
    CHECK((code == errc::query_refused || code == errc::invalid_query));
  }
}

TEST_CASE("each limit has its name") {
  const Fixture fixture{{.scoped_sql = {.text_bytes = 2000, .value_bytes = 100'000}}};
  const auto endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
  CHECK(limit_of(fixture.sql({.time = std::chrono::milliseconds{20}}).query(endless)) == "time");
  CHECK(limit_of(fixture.sql({.rows = 4}).query("SELECT id FROM notes")) == "rows");
  CHECK(must(fixture.sql({.rows = 5}).query("SELECT id FROM notes")).rows.size() == 5);
  CHECK(limit_of(fixture.sql({.bytes = 100}).query("SELECT title FROM notes, plans")) == "bytes");
  for (const std::string value : {"printf('%200d', 1)", "CAST(printf('%200d', 1) AS BLOB)"}) {
    CHECK(limit_of(fixture.sql({.bytes = 100}).query("SELECT " + value)) == "bytes");
    CHECK(must(fixture.sql({.bytes = 208}).query("SELECT " + value)).rows.size() == 1);
  }
  CHECK(limit_of(fixture.sql().query("SELECT '" + std::string(2000, 'x') + "'")) == "text");
  CHECK(limit_of(fixture.sql().query("SELECT printf('%60000d', 1) || printf('%60000d', 1)")) ==
        "value");
  CHECK(limit_of(fixture.sql().query("SELECT ?", {std::string(200'000, 'x')})) == "value");
  std::string deep = "1";
  for (int i = 0; i < 150; ++i) {
    deep = "(" + deep + "+1)";
  }
  CHECK(limit_of(fixture.sql().query("SELECT " + deep)) == "depth");
  const auto large =
      "WITH RECURSIVE n(i, t) AS (SELECT 1, printf('%50000d', 1) UNION ALL "
      "SELECT i + 1, printf('%50000d', i) FROM n WHERE i < 200) "
      "SELECT count(*) FROM (SELECT * FROM n ORDER BY t DESC, i LIMIT 150)";
  CHECK(limit_of(fixture.sql({.time = std::chrono::seconds{60}, .memory = 1 << 20}).query(large)) ==
        "memory");
  CHECK(flat(must(fixture.sql({.time = std::chrono::seconds{60}}).query(large))) == "150,;");
  // None of them has hurt the connection.
  CHECK(flat(must(fixture.sql().query("SELECT count(*) FROM notes"))) == "5,;");
}

TEST_CASE("a query whose time is over before it begins has met the limit of time") {
  const auto clock = std::make_shared<SlowClock>();
  const auto authority = must(tenancy::open("sqlite::memory:", {.store = {.clock = clock}}));
  const auto tenant = must(authority.registry().create({"acme", "Acme"}));
  const auto key = must(authority.registry().issue_key(
      tenant.id, {.name = "app", .expires_at = clock->now() + std::chrono::hours{1}}));
  const auto acme = must(authority.authenticator().authenticate(key.text.unsafe_text()));
  const ScopedSql sql{authority.store(), acme, {.time = std::chrono::milliseconds{1}}};
  // Whether the context has expired is asked again once the query has its connection.
  clock->is_slow = true;
  CHECK(limit_of(sql.query("SELECT 1")) == "time");
}

TEST_CASE("limits that mean nothing are refused") {
  const Fixture fixture;
  using std::chrono::milliseconds;
  for (const SqlLimits& limits :
       {SqlLimits{.time = milliseconds{0}}, SqlLimits{.time = milliseconds{-1}},
        SqlLimits{.time = std::chrono::hours{2}}, SqlLimits{.rows = 0}, SqlLimits{.bytes = 0},
        SqlLimits{.memory = 0}}) {
    CHECK(code_of(fixture.sql(limits).query("SELECT 1")) == errc::invalid_argument);
  }
}

TEST_CASE("a query ends at its deadline, when it is stopped, and within long functions") {
  const Fixture fixture;
  const auto endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
  const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds{20};
  CHECK(code_of(ScopedSql(fixture.store.store, fixture.acme, {.time = std::chrono::hours{1}},
                          {.deadline = soon})
                    .query(endless)) == errc::deadline_exceeded);
  std::stop_source stopped;
  stopped.request_stop();
  CHECK(code_of(ScopedSql(fixture.store.store, fixture.acme, {}, {.stop = stopped.get_token()})
                    .query(endless)) == errc::cancelled);
}

TEST_CASE("rows are visited while the query runs, and a failure ends it") {
  const Fixture fixture;
  std::vector<std::string> seen;
  const auto outcome =
      fixture.sql().for_each("SELECT id, stars FROM notes ORDER BY id", {},
                             [&](const tenancy::SqlRow& row) -> tenancy::Result<void> {
                               CHECK(row.size() == 2);
                               CHECK(row.column(1) == "stars");
                               seen.emplace_back(*row.text(0));
                               if (row.int64(1) == 2) {
                                 return tenancy::Error{errc::not_found, "enough"};
                               }
                               return tenancy::success();
                             });
  CHECK(code_of(outcome) == errc::not_found);
  CHECK(seen == std::vector<std::string>{"n0", "n1", "n2"});
}

TEST_CASE("a prepared query serves every tenant its own rows") {
  const Fixture fixture{{.scoped_sql = {.connections = 1}}};
  const ScopedSql acme{fixture.store.store, fixture.acme};
  const ScopedSql globex{fixture.store.store, fixture.globex};
  for (int i = 0; i < 50; ++i) {
    CHECK(flat(must(acme.query("SELECT title FROM notes WHERE id = ?", {"n2"}))) == "acme 2,;");
    CHECK(flat(must(globex.query("SELECT title FROM notes WHERE id = ?", {"n2"}))) == "globex 2,;");
    CHECK(code_of(globex.query("SELECT abs(-9223372036854775808)")) == errc::invalid_query);
  }
}

TEST_CASE("a suspended tenant and a foreign context get nothing") {
  Fixture fixture;
  must(fixture.sql().query("SELECT 1"));
  must(fixture.store.registry.suspend(fixture.store.acme.id));
  const auto refused = fixture.sql().query("SELECT 1");
  CHECK(code_of(refused) == errc::tenant_not_active);
  // No limit was met.
  CHECK(refused.error().subject().empty());
  const Fixture other;
  CHECK(code_of(ScopedSql(fixture.store.store, other.acme).query("SELECT 1")) ==
        errc::foreign_context);
}

TEST_CASE("what others commit is seen, and a changed schema is followed") {
  const Fixture fixture;
  const auto sql = fixture.sql();
  CHECK(flat(must(sql.query("SELECT count(*) FROM notes"))) == "5,;");
  must(tenancy::Repository<Note>{fixture.store.store, fixture.acme}.insert({.title = "new"}));
  CHECK(flat(must(sql.query("SELECT count(*) FROM notes"))) == "6,;");

  fixture.store.run_raw("ALTER TABLE notes ADD COLUMN colour TEXT");
  CHECK(must(sql.query("SELECT * FROM notes")).columns.size() == 7);
  CHECK(must(sql.query("SELECT colour FROM notes")).rows.size() == 6);

  fixture.store.run_raw(
      "CREATE TABLE secrets (tenant_id INTEGER NOT NULL, id TEXT, PRIMARY KEY (id)) STRICT");
  CHECK(code_of(sql.query("SELECT * FROM secrets")) == errc::query_refused);
  CHECK(code_of(sql.query("SELECT count(*) FROM secrets")) == errc::query_refused);
}

TEST_CASE("a table with an index that is not the tenant's is not seen") {
  const Fixture fixture;
  const auto names = [&] {
    std::vector<std::string> found;
    for (const auto& table : must(fixture.sql().tables())) {
      found.push_back(table.name);
    }
    return found;
  };
  CHECK(names() == std::vector<std::string>{"notes", "plans", "tasks"});
  fixture.store.run_raw("CREATE INDEX by_stars ON notes (stars)");
  CHECK(code_of(fixture.sql().query("SELECT * FROM notes")) == errc::query_refused);
  CHECK(flat(must(fixture.sql().query("SELECT count(*) FROM tasks"))) == "5,;");
  CHECK(names() == std::vector<std::string>{"plans", "tasks"});
}

TEST_CASE("a table whose indexes the tenant does not lead, or that breaks a rule, is not seen") {
  const Fixture fixture;
  const auto sees = [&](const std::string& name) {
    const auto tables = must(fixture.sql().tables());
    const bool is_listed = std::ranges::any_of(
        tables, [&](const tenancy::SqlTableInfo& table) { return table.name == name; });
    CHECK(fixture.sql().query("SELECT count(*) FROM " + name).has_value() == is_listed);
    return is_listed;
  };
  CHECK(sees("tasks"));
  // Only warned of, since it keeps nobody apart; but rows of others are looked at through it.
  fixture.store.run_raw("CREATE INDEX by_weight ON tasks (weight, tenant_id)");
  CHECK_FALSE(sees("tasks"));
  fixture.store.run_raw("DROP INDEX by_weight");
  CHECK(sees("tasks"));
  fixture.store.run_raw(
      "CREATE TABLE loose (tenant_id INTEGER, id TEXT NOT NULL, PRIMARY KEY (tenant_id, id))");
  CHECK_FALSE(sees("loose"));
}

TEST_CASE("names of columns stay, whatever a query is bound to") {
  const Fixture fixture{{.scoped_sql = {.connections = 1}}};
  // Whether the index fits depends on the parameter, so that the query could be compiled anew.
  fixture.store.run_raw("CREATE INDEX starred ON notes (tenant_id, title) WHERE stars = 0");
  const std::string name(100, 'c');
  std::vector<std::string> others;
  std::string seen;
  must(fixture.sql().for_each("SELECT title AS " + name + " FROM notes WHERE stars = ?", {0},
                              [&](const tenancy::SqlRow& row) -> tenancy::Result<void> {
                                others.assign(100, std::string(100, 'o'));
                                seen = row.column(0);
                                return tenancy::success();
                              }));
  CHECK(seen == name);
}

TEST_CASE("what one tenant's query may do says nothing about another's") {
  const Fixture fixture{{.scoped_sql = {.connections = 1}}};
  const ScopedSql globex{fixture.store.store, fixture.globex};
  fixture.store.run_raw("CREATE INDEX starred ON notes (tenant_id, title) WHERE stars = 0");
  const auto probe = [&] {
    return fixture.sql().query(
        "SELECT n.title, e.value FROM notes n, json_each('[1]') e WHERE n.stars = ?", {0});
  };
  const auto plain = [&] {
    return fixture.sql().query("SELECT title FROM notes WHERE stars = ?", {0});
  };
  for (const char* text : {"SELECT 1", "SELECT value FROM json_each('[2]')",
                           "SELECT 1 FROM notes JOIN sqlite_schema USING (name)", "SELECT 2"}) {
    CAPTURE(text);
    static_cast<void>(globex.query(text));
    CHECK(flat(must(probe())) == "acme 0,1,;");
    CHECK(flat(must(plain())) == "acme 0,;");
  }
}

TEST_CASE("errors of a running query tell nothing that it met") {
  const Fixture fixture;
  const auto met = fixture.sql().query("SELECT json_extract('{}', title) FROM notes");
  REQUIRE(code_of(met) == errc::invalid_query);
  CHECK(met.error().message().find("acme") == std::string::npos);
  CHECK(limit_of(fixture.sql().query("SELECT length(?), ?", {std::string(400'000, 'x'), 1})) ==
        "value");
}

TEST_CASE("what a query doubles as it is compiled is bounded") {
  const Fixture fixture;
  std::string text = "WITH a0 AS (SELECT 1 AS x)";
  for (int i = 1; i < 24; ++i) {
    const auto before = "a" + std::to_string(i - 1);
    text +=
        ", a" + std::to_string(i) + " AS (SELECT 1 AS x FROM " + before + " p, " + before + " q)";
  }
  CHECK(limit_of(fixture.sql().query(text + " SELECT 1 FROM a23 LIMIT 1")) == "text");
}

TEST_CASE("sorters count against the memory of a query") {
  const Fixture fixture;
  // Each has much to sort, or a little.
  for (const int rows : {30, 7}) {
    CAPTURE(rows);
    std::string text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                       std::to_string(rows) + "), b(s) AS (SELECT printf('%100000d', 1)) SELECT 0";
    for (int i = 0; i < 30; ++i) {
      text += " + (SELECT count(*) FROM (SELECT 1 FROM n, b GROUP BY s || i))";
    }
    CHECK(limit_of(fixture.sql({.time = std::chrono::seconds{30}, .memory = std::size_t{16} << 20U})
                       .query(text)) == "memory");
  }
}

TEST_CASE("intermediate tables that stay in memory count against the memory of a query") {
  const Fixture fixture;
  const auto with_tables = [](int count) {
    std::string text =
        "WITH b(b) AS MATERIALIZED (SELECT printf('%100000d', 1)), n(i) AS (VALUES (1), (2)) "
        "SELECT 0";
    for (int i = 0; i < count; ++i) {
      text += ", " + std::to_string(i) + " IN (SELECT b || i FROM b, n)";
    }
    return text;
  };
  CHECK(limit_of(fixture.sql().query(with_tables(90))) == "memory");
  CHECK(limit_of(fixture.sql({.memory = 1}).query(with_tables(60))) == "memory");
  CHECK(must(fixture.sql({.memory = std::size_t{512} << 20U}).query(with_tables(90))).rows.size() ==
        1);
  // The engine's caches stand beside it.
  CHECK(must(fixture.sql({.memory = 1}).query(with_tables(20))).rows.size() == 1);
  // What they may hold is taken off what files may.
  const std::string large =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
      "SELECT count(*) FROM (SELECT 1 FROM n GROUP BY printf('%100000d', i))";
  const SqlLimits limits{.time = std::chrono::seconds{60}};
  CHECK(flat(must(fixture.sql(limits).query(large))) == "200,;");
  std::string beside = large;
  for (int i = 0; i < 50; ++i) {
    beside += (i == 0 ? " WHERE 0 <> " : " + ") + std::string{"(1 IN (SELECT stars + "} +
              std::to_string(i) + " FROM notes))";
  }
  CHECK(limit_of(fixture.sql(limits).query(beside)) == "memory");
}

TEST_CASE("what people ask fits into the memory of a query") {
  const Fixture fixture;
  const SqlLimits limits{.time = std::chrono::seconds{60}};
  const auto repeated = [](int count, const std::string& between, auto part) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += (i == 0 ? "" : between) + part(std::to_string(i));
    }
    return text;
  };
  const auto steps = repeated(8, ", ", [](const std::string& i) {
    return "c" + i +
           " AS (SELECT DISTINCT note, sum(number) OVER (PARTITION BY note ORDER BY number) AS n " +
           "FROM tasks WHERE note IN (SELECT id FROM notes WHERE stars >= " + i + " - 9))";
  });
  const auto joins = repeated(8, " ", [](const std::string& i) {
    return i == "0" ? std::string{"c0"} : "LEFT JOIN c" + i + " USING (note)";
  });
  CHECK(must(fixture.sql(limits).query("WITH " + steps + " SELECT * FROM " + joins +
                                       " ORDER BY note LIMIT 10"))
            .rows.size() == 5);
  const auto counts = repeated(150, ", ", [](const std::string& i) {
    return "sum(title IN ('a', 'b', 'acme 1')) AS n" + i;
  });
  CHECK(must(fixture.sql(limits).query("SELECT " + counts + " FROM notes")).rows.size() == 1);
}

TEST_CASE("rows of others take none of the tenant's away, also after statistics were gathered") {
  auto schema = Fixture::schema();
  schema.push_back({4, "turns",
                    "CREATE TABLE turns (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
                    "n INTEGER NOT NULL, turn INTEGER AS (n % 3), PRIMARY KEY (tenant_id, n)) "
                    "STRICT; CREATE INDEX turns_by_turn ON turns (tenant_id, turn)"});
  for (const int others : {0, 900}) {
    CAPTURE(others);
    const TestStore store{{}, schema, {.shared_tables = {"plans"}}};
    for (const auto& [tenant, count] :
         {std::pair{&store.acme, 8}, std::pair{&store.globex, others}}) {
      const auto id = std::to_string(tenant->id.value());
      const auto numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) ";
      const auto limit = " FROM n LIMIT " + std::to_string(count);
      store.run_raw(numbers + ("INSERT INTO turns SELECT " + id + ", i" + limit));
      store.run_raw(numbers + ("INSERT INTO notes SELECT " + id + ", i, i, 0, NULL, 1, 1" + limit));
    }
    store.run_raw("ANALYZE");
    const auto table = must(ScopedSql{store.store, store.enter(store.acme)}.query(
        "SELECT count(*) FROM notes a, notes b JOIN turns c ON c.turn = 1"));
    CHECK(flat(table) == "192,;");
  }
}

TEST_CASE("what is hidden is told of like what is not there") {
  const Fixture fixture;
  fixture.store.run_raw("CREATE VIRTUAL TABLE docs USING fts5(body)");
  const auto message = [&](const std::string& name) {
    const auto met = fixture.sql().query("SELECT * FROM " + name);
    REQUIRE_FALSE(met.has_value());
    auto text = met.error().message();
    text.replace(text.find(name), name.size(), "NAME");
    return text;
  };
  CHECK(message("docs") == message("dots"));
}

TEST_CASE("a suspended tenant is not told which tables there are") {
  const Fixture fixture;
  CHECK(fixture.sql().tables().has_value());
  must(fixture.store.registry.suspend(fixture.store.acme.id));
  CHECK(code_of(fixture.sql().tables()) == errc::tenant_not_active);
}

TEST_CASE("one tenant's queries leave connections to others") {
  const Fixture fixture{{.max_wait = std::chrono::milliseconds{50},
                         .scoped_sql = {.connections = 2, .per_tenant = 1}}};
  const auto outcome =
      fixture.sql().for_each("SELECT 1", {}, [&](const tenancy::SqlRow&) -> tenancy::Result<void> {
        CHECK(code_of(fixture.sql().query("SELECT 1")) == errc::overloaded);
        CHECK(flat(must(ScopedSql(fixture.store.store, fixture.globex).query("SELECT 2"))) ==
              "2,;");
        return tenancy::success();
      });
  must(outcome);
}
