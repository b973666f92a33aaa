// Calls that a host should not make, or makes by mistake, on behalf of a hostile tenant.

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/storage/detail/tenant_gate.hpp"

#include "hostile/hostile_world.hpp"
#include "storage/sqlite/snapshot.hpp"

namespace {

using namespace tenancy_test;
using tenancy::errc;
using tenancy::ScopedSql;
using tenancy::SqlLimits;
using tenancy::SqlParameters;
using tenancy::SqlRow;
using tenancy::SqlValue;

constexpr std::string_view own_titles = "SELECT title FROM notes ORDER BY id";

/// The world, and its pooled store as acme.
struct Abuse {
  HostileWorld world;
  const TestStore& store = world.pooled();
  tenancy::TenantContext acme = store.enter(store.acme);
  tenancy::TenantContext globex = store.enter(store.globex);
  ScopedSql sql{store.store, acme};

  /// Whatever was done, both tenants still see their own rows alone.
  void check_unharmed() const {
    for (const auto* const tenant : {"acme", "globex"}) {
      const auto pooled = world.ask_pooled(tenant, own_titles);
      CHECK(pooled == world.ask_alone(tenant, own_titles));
      CHECK(world.leak(tenant, pooled) == "");
    }
  }
};

}  // namespace

TEST_CASE("a context of another store gets nothing") {
  const Abuse abuse;
  const HostileWorld other;
  const auto foreign = other.pooled().enter(other.pooled().acme);
  CHECK(code_of(ScopedSql{abuse.store.store, foreign}.query("SELECT 1")) == errc::foreign_context);
  CHECK(code_of(ScopedSql{abuse.store.store, foreign}.tables()) == errc::foreign_context);
  CHECK(code_of(ScopedSql{abuse.store.store, foreign}.query_json("SELECT 1")) ==
        errc::foreign_context);
  abuse.check_unharmed();
}

TEST_CASE("a context from before a suspension gets nothing, warm queries included") {
  const Abuse abuse;
  must(abuse.sql.query(own_titles));
  must(abuse.store.registry.suspend(abuse.store.acme.id));
  CHECK(code_of(abuse.sql.query(own_titles)) == errc::tenant_not_active);
  must(abuse.store.registry.activate(abuse.store.acme.id));
  const auto pooled = abuse.world.ask_pooled("acme", own_titles);
  CHECK(pooled == abuse.world.ask_alone("acme", own_titles));
}

TEST_CASE("a context that may only read reads the same rows") {
  const Abuse abuse;
  const auto reader = abuse.acme.narrowed_to(tenancy::Scope::read);
  CHECK(outcome_of(ScopedSql{abuse.store.store, reader}.query(own_titles)) ==
        abuse.world.ask_alone("acme", own_titles));
}

TEST_CASE("a query runs as the tenant of its own handle, not of one that ran before or is copied") {
  const Abuse abuse;
  const ScopedSql globex{abuse.store.store, abuse.globex};
  ScopedSql copy = abuse.sql;
  for (int i = 0; i < 3; ++i) {
    CHECK(outcome_of(globex.query(own_titles)) == abuse.world.ask_alone("globex", own_titles));
    CHECK(outcome_of(copy.query(own_titles)) == abuse.world.ask_alone("acme", own_titles));
  }
  const ScopedSql moved = std::move(copy);
  CHECK(outcome_of(moved.query(own_titles)) == abuse.world.ask_alone("acme", own_titles));
}

TEST_CASE("the tenant cannot be given as a parameter") {
  const Abuse abuse;
  const auto id = abuse.store.globex.id.value();
  CHECK(code_of(abuse.sql.query("SELECT title FROM notes WHERE tenant_id = ?", {id})) ==
        errc::invalid_query);
  CHECK(code_of(abuse.sql.query("SELECT title FROM notes", {id})) == errc::invalid_argument);
  CHECK(code_of(abuse.sql.query("SELECT title FROM notes", SqlParameters::named({{"?1", id}}))) ==
        errc::invalid_argument);
  CHECK(code_of(abuse.sql.query("SELECT title FROM notes",
                                SqlParameters::named({{":tenant_id", id}}))) ==
        errc::invalid_argument);
  CHECK(code_of(abuse.sql.query("SELECT tenancy_scope(?)", {id})) == errc::invalid_query);
  abuse.check_unharmed();
}

TEST_CASE("parameters must be those of the text, one value each") {
  const Abuse abuse;
  const auto refused = [&](std::string_view text, const SqlParameters& parameters) {
    const auto result = abuse.sql.query(text, parameters);
    CAPTURE(text);
    CHECK(code_of(result) == errc::invalid_argument);
    CHECK(abuse.world.leak("acme", outcome_of(result)) == "");
  };
  refused("SELECT ?", {});
  refused("SELECT ?", {1, 2});
  refused("SELECT ?3", {1});
  refused("SELECT :a", SqlParameters::named({{"a", 1}}));
  refused("SELECT :a", SqlParameters::named({{":A", 1}}));
  refused("SELECT :a", SqlParameters::named({{"@a", 1}}));
  refused("SELECT :a, @a", SqlParameters::named({{":a", 1}}));
  refused("SELECT :a, :b", SqlParameters::named({{":a", 1}, {":a", 2}}));
  refused("SELECT ?, :b", SqlParameters::named({{":b", 1}, {":b", 2}}));
  refused("SELECT :a", SqlParameters::named({{std::string{":a\0b", 4}, 1}}));
  refused("SELECT :a", SqlParameters::named({{std::string(100'000, 'a'), 1}}));
  refused("SELECT :a", SqlParameters::named({{":a'; DELETE FROM plans; --", 1}}));
  // A value by place that is already there by name.
  refused("SELECT :a, :b", SqlParameters::named({{":b", 1}, {"", 2}}));
  abuse.check_unharmed();
}

TEST_CASE("texts of the library's own, prepared on the same connection, are refused to tenants") {
  const Abuse abuse;
  must(abuse.sql.query("SELECT 1"));
  const auto id = abuse.store.globex.id.value();
  CHECK(code_of(abuse.sql.query(tenancy::detail::tenant_gate_sql.text, {id})) ==
        errc::query_refused);
  CHECK(code_of(abuse.sql.query(tenancy::detail::credential_gate_sql.text, {id, "x", 1})) ==
        errc::query_refused);
  CHECK(code_of(abuse.sql.query(tenancy::detail::sqlite::touch_sql.text)) == errc::query_refused);
  CHECK(code_of(abuse.sql.query(tenancy::detail::sqlite::hold_sql.text)) == errc::query_refused);
}

TEST_CASE("values of a former query do not stay behind") {
  const Abuse abuse;
  const ScopedSql globex{abuse.store.store, abuse.globex};
  const auto text = "SELECT ?1, ?2";
  must(globex.query(text, {std::string(1'000, 's'), 7}));
  CHECK(code_of(abuse.sql.query(text, {1})) == errc::invalid_argument);
  const auto row = must(abuse.sql.query(text, {nullptr, nullptr})).rows.at(0);
  CHECK(row[0].is_null());
  CHECK(row[1].is_null());
}

TEST_CASE("what parameters hold is never read as SQL") {
  const Abuse abuse;
  for (const std::string& value :
       {std::string{"' OR 1=1 --"}, std::string{"n0\0n1", 5}, std::string{"\xff\xfe"},
        std::string{"'; DELETE FROM plans; --"}, std::string(100'000, '\'')}) {
    const auto found = must(abuse.sql.query("SELECT id FROM notes WHERE id = ?", {value}));
    CHECK(found.rows.empty());
    CHECK(must(abuse.sql.query("SELECT ?", {value})).rows.at(0).at(0) == SqlValue{value});
  }
  CHECK(code_of(abuse.sql.query("SELECT * FROM ?", {"notes"})) == errc::invalid_query);
  CHECK(must(abuse.sql.query("SELECT id FROM notes ORDER BY ?", {"id"})).rows.size() == 8);
  abuse.check_unharmed();
}

TEST_CASE("extreme values come back as they went in") {
  const Abuse abuse;
  const auto row =
      must(abuse.sql.query(
               "SELECT ?, ?, ?, ?",
               {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<double>::infinity(),
                std::numeric_limits<double>::quiet_NaN(), SqlValue::Bytes{}}))
          .rows.at(0);
  CHECK(row[0].int64() == std::numeric_limits<std::int64_t>::min());
  CHECK(row[1].real() == std::numeric_limits<double>::infinity());
  CHECK(row[2].is_null());
  CHECK(row[3].blob().has_value());
  CHECK(code_of(abuse.sql.query("SELECT abs(?)", {std::numeric_limits<std::int64_t>::min()})) ==
        errc::invalid_query);
  CHECK(code_of(abuse.sql.query("SELECT id FROM notes LIMIT ?", {"many"})) == errc::invalid_query);
}

TEST_CASE("texts that are no text are refused") {
  const Abuse abuse;
  CHECK(code_of(abuse.sql.query(std::string_view{})) == errc::invalid_query);
  CHECK(code_of(abuse.sql.query(std::string(1'000, '\0'))) == errc::invalid_query);
  CHECK(code_of(abuse.sql.query(std::string{"SELECT 1\0; DELETE FROM plans", 29})) ==
        errc::invalid_query);
  CHECK(code_of(abuse.sql.query(std::string(1 << 24, ' '))) == errc::query_limit_exceeded);
  // Its length is looked at before anything else.
  CHECK(code_of(abuse.sql.query(std::string(1 << 24, '\0'))) == errc::query_limit_exceeded);
  const auto deep = outcome_of(abuse.sql.query("SELECT " + std::string(5'000, '(')));
  CHECK_MESSAGE(deep.subject == "depth", described(deep));
  // A view that does not end with a NUL ends where it says.
  const std::string text{"SELECT 1, 2"};
  CHECK(must(abuse.sql.query(std::string_view{text}.substr(0, 8))).columns.size() == 1);
  abuse.check_unharmed();
}

TEST_CASE("limits of nothing are refused, and the smallest hold") {
  const Abuse abuse;
  const auto limited = [&](const SqlLimits& limits, std::string_view text) {
    return outcome_of(ScopedSql{abuse.store.store, abuse.acme, limits}.query(text));
  };
  for (const SqlLimits& nothing :
       {SqlLimits{.rows = 0}, SqlLimits{.bytes = 0}, SqlLimits{.memory = 0},
        SqlLimits{.time = std::chrono::milliseconds{-1}}}) {
    CHECK(limited(nothing, "SELECT 1 WHERE 0").code == errc::invalid_argument);
  }
  CHECK(limited({.rows = 1}, own_titles).subject == "rows");
  CHECK(limited({.bytes = 1}, own_titles).subject == "bytes");
  CHECK(limited({.rows = 1, .bytes = 1}, "SELECT 1 WHERE 0").code == std::nullopt);
  abuse.check_unharmed();
}

TEST_CASE("a visitor that asks again, fails or throws leaves the connection as it was") {
  const Abuse abuse;
  const ScopedSql globex{abuse.store.store,
                         abuse.globex,
                         {},
                         tenancy::CallOptions::within(std::chrono::milliseconds{50})};
  // The only connection is taken, so another query waits until its deadline.
  must(abuse.sql.for_each(own_titles, {}, [&](const SqlRow&) -> tenancy::Result<void> {
    CHECK(code_of(globex.query(own_titles)) == errc::deadline_exceeded);
    return tenancy::success();
  }));
  CHECK(code_of(abuse.sql.for_each(own_titles, {}, [](const SqlRow&) -> tenancy::Result<void> {
          return tenancy::Error{errc::not_found, "enough"};
        })) == errc::not_found);
  abuse.check_unharmed();
  struct Thrown {};
  CHECK_THROWS_AS(
      static_cast<void>(abuse.sql.for_each(
          own_titles, {}, [](const SqlRow&) -> tenancy::Result<void> { throw Thrown{}; })),
      Thrown);
  abuse.check_unharmed();
}

TEST_CASE("rows give no value of another type") {
  const Abuse abuse;
  must(abuse.sql.for_each("SELECT 1, 'x', x'00', 0.5, NULL", {},
                          [](const SqlRow& row) -> tenancy::Result<void> {
                            CHECK_FALSE(row.text(0));
                            CHECK_FALSE(row.int64(1));
                            CHECK_FALSE(row.text(2));
                            CHECK_FALSE(row.int64(3));
                            CHECK_FALSE(row.blob(4));
                            CHECK(row.is_null(4));
                            return tenancy::success();
                          }));
}

TEST_CASE("the list of tables tells of no table that queries do not see") {
  const Abuse abuse;
  std::vector<std::string> names;
  for (const auto& table : must(abuse.sql.tables())) {
    names.push_back(table.name);
    CHECK(std::ranges::find(table.columns, "tenant_id") == table.columns.end());
  }
  CHECK(names == std::vector<std::string>{"notes", "plans", "tags", "tasks"});
}

TEST_CASE("JSON of another tenant's names and values is not written") {
  const Abuse abuse;
  const auto text = must(abuse.sql.query_json("SELECT * FROM notes JOIN tags USING (worth)"));
  CHECK(abuse.world.leak("acme", {{}, {}, text}) == "");
  // Names cannot break out of their quotes.
  CHECK(must(abuse.sql.query_json("SELECT 1 AS \"\"\"],[\"\"\"")) ==
        R"({"columns":["\"],[\""],"rows":[[1]]})");
}

TEST_CASE("a query does not see what begins after it, and the next one does") {
  const Abuse abuse;
  const auto count = [&] {
    return must(abuse.sql.query("SELECT count(*) FROM vault2")).rows.at(0).at(0).int64();
  };
  CHECK(code_of(abuse.sql.query("SELECT count(*) FROM vault2")) == errc::invalid_query);
  abuse.store.run_raw(
      "CREATE TABLE vault2 (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
      "id TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT");
  abuse.store.run_raw("INSERT INTO vault2 VALUES (" +
                      std::to_string(abuse.store.globex.id.value()) + ", 'x')");
  CHECK(count() == 0);
  // An index over all tenants closes the table, under connections that knew it open.
  abuse.store.run_raw("CREATE INDEX vault2_by_id ON vault2 (id)");
  CHECK(code_of(abuse.sql.query("SELECT count(*) FROM vault2")) == errc::query_refused);
  CHECK(code_of(abuse.sql.query("SELECT 1 FROM notes LEFT JOIN vault2 USING (id)")) ==
        errc::query_refused);
}
