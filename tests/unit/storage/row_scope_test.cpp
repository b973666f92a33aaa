#include "storage/sqlite/row_scope.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/query_program.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::detail::CallLimits;
using tenancy::detail::ScopedSchema;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::RowScope;
using tenancy::detail::sqlite::ScopedTenant;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::table_cache_bytes;
using tenancy_test::must;

namespace {

/// A scope whose secret names are known.
RowScope scope() {
  return RowScope{
      std::make_shared<const ScopedSchema>(ScopedSchema{
          1, {{"notes", false, {"id", "title"}}, {"plans", true, {"name"}}}, {"secrets"}}),
      "base", "whose"};
}

constexpr int unknown_engine = 3'999'000;

std::unique_ptr<Connection> confined(const tenancy_test::TestStore& test, ScopedSchema schema,
                                     int engine = sqlite3_libversion_number()) {
  const tenancy::CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  return must(Connection::open_confined(
      test.file(), {}, {std::make_shared<const ScopedSchema>(std::move(schema)), {}, engine},
      limits));
}

}  // namespace

// Who guessed the secret names would not get further.
TEST_CASE("a table of tenants is read by its own view alone") {
  RowScope rows = scope();
  CHECK(rows.allows(SQLITE_READ, "notes", "id", "base", "notes"));
  CHECK(rows.allows(SQLITE_READ, "notes", "tenant_id", "base", "NOTES"));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "id", "base", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "id", "base", "plans"));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "other", "base", "notes"));
  CHECK(rows.allows(SQLITE_READ, "notes", "id", "temp", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "tenant_id", "temp", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "id", "main", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "id", "other", "notes"));
}

TEST_CASE("a table is named without its schema") {
  RowScope rows = scope();
  CHECK(rows.allows(SQLITE_READ, "notes", "", nullptr, nullptr));
  CHECK(rows.allows(SQLITE_READ, "notes", "", "temp", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "", "base", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "", "main", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "secrets", "", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "sqlite_schema", "", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "anything", "", "base", nullptr));
  CHECK(rows.allows(SQLITE_READ, "anything", "", nullptr, nullptr));
}

TEST_CASE("shared tables are read from anywhere, by their columns") {
  RowScope rows = scope();
  CHECK(rows.allows(SQLITE_READ, "plans", "name", "base", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "plans", "ROWID", "base", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "plans", "name", "temp", nullptr));
}

TEST_CASE("only views ask whose the rows are") {
  RowScope rows = scope();
  CHECK(rows.allows(SQLITE_FUNCTION, nullptr, "whose", nullptr, "notes"));
  CHECK_FALSE(rows.allows(SQLITE_FUNCTION, nullptr, "whose", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_FUNCTION, nullptr, "whose", nullptr, "plans"));
  CHECK_FALSE(rows.allows(SQLITE_FUNCTION, nullptr, "WHOSE", nullptr, "secrets"));
  CHECK(rows.allows(SQLITE_FUNCTION, nullptr, "ABS", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_FUNCTION, nullptr, "changes", nullptr, nullptr));
}

TEST_CASE("who guessed the secret names reads nothing, and messages do not tell them") {
  const tenancy_test::TestStore test;
  const auto connection = confined(test, {1, {{"notes", false, {"id", "title"}}}, {"tasks"}});
  const std::string base = connection->scope()->base();
  const std::string function = connection->scope()->function();
  for (const std::string& text :
       {"SELECT title FROM " + base + ".notes", "SELECT count(*) FROM " + base + ".notes",
        "SELECT number FROM " + base + ".tasks", "SELECT " + function + "()",
        "SELECT 1 FROM " + base + ".absent", "SELECT " + function + "(1)",
        "SELECT " + base + ".absent", "SELECT 1 FROM notes n JOIN " + base + ".notes USING (id)"}) {
    CAPTURE(text);
    const auto outcome = connection->prepare_query(text);
    REQUIRE_FALSE(outcome.has_value());
    CHECK((outcome.error() == errc::query_refused || outcome.error() == errc::invalid_query));
    CHECK(outcome.error().message().find(base) == std::string::npos);
    CHECK(outcome.error().message().find(function) == std::string::npos);
  }
}

TEST_CASE("a query that is compiled anew may do what its own text says") {
  const tenancy_test::TestStore test;
  test.run_raw("CREATE INDEX starred ON notes (tenant_id, title) WHERE stars = 0");
  const auto connection = confined(test, {1, {{"notes", false, {"id", "stars"}}}});
  const ScopedTenant tenant{*connection->scope(), test.acme.id};
  const auto ask = [&] {
    auto* const statement =
        must(connection->prepare_query("SELECT e.value FROM json_each('[1]') e WHERE NOT EXISTS "
                                       "(SELECT 1 FROM notes WHERE stars = "
                                       "?)"));
    const tenancy::detail::StatementLease lease{*statement};
    statement->bind_int64(1, 0);
    CHECK(must(statement->step()));
    return sqlite3_stmt_status(statement->handle(), SQLITE_STMTSTATUS_REPREPARE, 0);
  };
  // Not for a value that a parameter has.
  CHECK(ask() == 0);
  CHECK(ask() == 0);
  test.run_raw("CREATE TABLE other (a TEXT) STRICT");
  CHECK_FALSE(connection->prepare_query("SELECT 1 FROM notes JOIN sqlite_schema USING (name)"));
  CHECK(ask() == 1);
}

TEST_CASE("how much a query does is no measure of how many rows others have") {
  const auto steps_beside = [](int others) {
    const tenancy_test::TestStore test;
    const auto fill = [&](const tenancy::Tenant& tenant, int count) {
      test.run_raw(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
          "INSERT INTO notes SELECT " +
          std::to_string(tenant.id.value()) + ", i, i, 0, NULL, 1, 1 FROM n LIMIT " +
          std::to_string(count));
    };
    fill(test.acme, 8);
    fill(test.globex, others);
    test.run_raw("ANALYZE");
    const auto connection = confined(test, {1, {{"notes", false, {"id"}}}});
    const ScopedTenant tenant{*connection->scope(), test.acme.id};
    auto* const statement = must(connection->prepare_query(
        "SELECT 1 FROM notes a, notes b, notes c, notes d, notes e, notes f LIMIT 1"));
    const tenancy::detail::StatementLease lease{*statement};
    CHECK(must(statement->step()));
    return sqlite3_stmt_status(statement->handle(), SQLITE_STMTSTATUS_VM_STEP, 0);
  };
  CHECK(steps_beside(2'000) == steps_beside(1'000));
}

// Where the numbers of rows make it pay, and all indexes help to order, the engine goes through a
// whole table to make an index of its own.
TEST_CASE("an index that the engine makes for a query looks at no value of others") {
  constexpr int own = 8;
  const tenancy_test::TestStore test;
  test.run_raw(
      "DROP TABLE notes; CREATE TABLE notes (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, "
      "stars INTEGER, PRIMARY KEY (tenant_id, id)) STRICT");
  const auto fill = [&](const tenancy::Tenant& tenant, int count, const std::string& stars) {
    test.run_raw(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "INSERT INTO notes SELECT " +
        std::to_string(tenant.id.value()) + ", i, " + stars + " FROM n LIMIT " +
        std::to_string(count));
  };
  fill(test.acme, own, "i");
  // Of which abs() fails.
  fill(test.globex, 2'000, "-9223372036854775807 - 1");
  test.run_raw("ANALYZE");
  const auto connection = confined(test, {1, {{"notes", false, {"id", "stars"}}}});
  const ScopedTenant tenant{*connection->scope(), test.acme.id};
  for (const char* const condition : {"", " AND abs(b.stars) > 0", " AND abs(b.stars) = b.stars",
                                      " AND b.stars BETWEEN abs(b.stars) AND abs(b.stars)"}) {
    CAPTURE(condition);
    auto* const statement = must(connection->prepare_query(
        std::string{"SELECT DISTINCT b.id FROM notes a JOIN notes b ON a.stars = b.stars"} +
        condition + " ORDER BY b.id"));
    const tenancy::detail::StatementLease lease{*statement};
    int rows = 0;
    while (must(statement->step())) {
      ++rows;
    }
    CHECK(rows == own);
    // So that it is about such an index.
    CHECK(sqlite3_stmt_status(statement->handle(), SQLITE_STMTSTATUS_AUTOINDEX, 0) > own);
  }
}

TEST_CASE("a plan with a filter of all tenants' rows is refused") {
  const tenancy_test::TestStore test;
  test.run_raw("ANALYZE; INSERT INTO sqlite_stat1 VALUES ('notes', 'notes', '1000 500 1')");
  const auto connection = confined(test, {1, {{"notes", false, {"id"}}}}, unknown_engine);
  const ScopedTenant tenant{*connection->scope(), test.acme.id};
  const std::string text = "SELECT 1 FROM notes a, notes b, notes c, notes d, notes e, notes f";
  const auto is_compiled = [&](const std::string& query) {
    const auto compiled = connection->prepare_query(query);
    return compiled && tenancy::detail::StatementLease{*compiled.value()}.operator->() != nullptr;
  };
  CHECK(is_compiled(text));
  // As in a version of SQLite that calls its filters otherwise.
  sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, connection->handle(), 0);
  const auto refused = connection->prepare_query(text + " LIMIT 1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == errc::query_refused);
  CHECK(is_compiled("SELECT 1 FROM notes"));
}

TEST_CASE("what a query is compiled to is looked through unless its words tell") {
  const tenancy_test::TestStore test;
  const auto bytes_of = [&](Connection& connection, const std::string& text) {
    const tenancy::detail::StatementLease lease{*must(connection.prepare_query(text))};
    return static_cast<const SqliteStatement&>(*lease.operator->()).facts()->cache_bytes;
  };
  const std::string plain = "SELECT DISTINCT id FROM notes WHERE stars > 2 ORDER BY id";
  const std::string other = "SELECT DISTINCT id FROM notes WHERE stars IN (SELECT 1)";
  const ScopedSchema schema{1, {{"notes", false, {"id", "stars"}}}};

  const auto looked_through = confined(test, schema, unknown_engine);
  CHECK_FALSE(looked_through->scope()->trusts_words());
  const auto plain_bytes = bytes_of(*looked_through, plain);
  CHECK(plain_bytes <= 2 * table_cache_bytes);
  const auto other_bytes = bytes_of(*looked_through, other);

  const auto connection = confined(test, schema);
  REQUIRE(connection->scope()->trusts_words());
  CHECK(bytes_of(*connection, plain) == 7 * table_cache_bytes);
  CHECK(bytes_of(*connection, other) == other_bytes);
  // What may be too much is counted.
  const std::string long_one =
      "SELECT DISTINCT id FROM notes WHERE stars > 2 ORDER BY id, 1, "
      "stars, id, stars, id, stars, id, stars, id, stars, id, stars";
  CHECK(bytes_of(*connection, long_one) == bytes_of(*looked_through, long_one));

  // Reading such a column opens a table wherever it is named.
  test.run_raw("ALTER TABLE notes ADD COLUMN rare INTEGER AS (stars IN (1, 3, 5, 7))");
  CHECK_FALSE(confined(test, schema)->scope()->trusts_words());
  // Whatever the others compute.
  test.run_raw("CREATE TABLE zz (a INTEGER, b INTEGER AS (a + 1)) STRICT");
  CHECK_FALSE(confined(test, schema)->scope()->trusts_words());
  test.run_raw("ALTER TABLE notes DROP COLUMN rare");
  test.run_raw("ALTER TABLE notes ADD COLUMN next INTEGER AS (stars + 1) CHECK (stars > -1)");
  CHECK(confined(test, schema)->scope()->trusts_words());
}

// Of these joins' columns SQLite asks nobody.
TEST_CASE("a name of the engine's is found wherever it stands beside USING or NATURAL") {
  const tenancy_test::TestStore test;
  const auto connection = confined(test, {1, {{"notes", false, {"id"}}}});
  const RowScope& rows = *connection->scope();
  const auto is_found = [&](const std::string& text) {
    return rows.traits_of(text).joins_engine_table;
  };
  CHECK(is_found("SELECT 1 FROM notes JOIN sqlite_schema USING (name)"));
  CHECK(is_found("SELECT 1 FROM notes NATURAL JOIN sqlite_schema"));
  CHECK(is_found("SELECT 1 FROM notes natural join SQLITE_schema"));
  CHECK(is_found("SELECT 1 FROM notes JOIN pragma_table_list USING (name)"));
  CHECK(is_found("SELECT 1 FROM notes JOIN \xEF\xBB\xBFsqlite_schema USING (name)"));
  CHECK_FALSE(is_found("SELECT 1 FROM notes JOIN sqlite_schema ON name = id"));
  CHECK_FALSE(is_found("SELECT 1 FROM json_each('[1]') a JOIN json_tree('[1]') b USING (value)"));
  // Whatever may be a letter of a name makes another name of it; beside all else it is itself.
  for (int byte = 1; byte <= 0xFF; ++byte) {
    CAPTURE(byte);
    const auto letter = static_cast<char>(byte);
    const bool is_of_name = byte >= 0x80 || letter == '_' || letter == '$' ||
                            (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                            (letter >= 'A' && letter <= 'Z');
    CHECK(is_found(std::string{"a USING b "} + letter + "sqlite_schema") == !is_of_name);
  }
  // Whatever there is in this engine, some of it with numbers in the name.
  int modules = 0;
  const SQLite::Database database = test.raw();
  SQLite::Statement list{database, "PRAGMA module_list"};
  while (list.executeStep()) {
    const std::string name = list.getColumn(0).getString();
    CAPTURE(name);
    CHECK(is_found("SELECT 1 FROM notes JOIN " + name + " USING (id)") ==
          (name != "json_each" && name != "json_tree"));
    ++modules;
  }
  CHECK(modules > 2);
}

TEST_CASE("without a tenant the views fail, also after there was one") {
  const tenancy_test::TestStore test;
  const auto connection = confined(test, {1, {{"notes", false, {"id"}}}});
  const auto ask = [&] {
    const tenancy::detail::StatementLease lease{
        *must(connection->prepare_query("SELECT count(*) FROM notes"))};
    return lease->step();
  };
  CHECK_FALSE(ask().has_value());
  {
    const ScopedTenant tenant{*connection->scope(), test.acme.id};
    CHECK(ask().has_value());
  }
  CHECK_FALSE(ask().has_value());
}

TEST_CASE("a query is compiled once") {
  const tenancy_test::TestStore test;
  const auto connection = confined(test, {1, {{"notes", false, {"id"}}}});
  const auto prepare = [&] {
    const tenancy::detail::StatementLease lease{
        *must(connection->prepare_query("SELECT id FROM notes"))};
  };
  prepare();
  const auto prepared = connection->statements().prepared();
  prepare();
  CHECK(connection->statements().prepared() == prepared);
}

TEST_CASE("names are the same in whichever letters") {
  RowScope rows{std::make_shared<const ScopedSchema>(
                    ScopedSchema{1, {{"Notes", false, {"Id"}}}, {"Secrets"}}),
                "base", "whose"};
  CHECK(rows.allows(SQLITE_READ, "nOTES", "iD", "temp", nullptr));
  CHECK(rows.allows(SQLITE_READ, "NOTES", "", "temp", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "NOTES", "", "base", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "secrets", "", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "SECRETS", "", nullptr, nullptr));
}

TEST_CASE("a table that queries do not see may have any name") {
  const tenancy_test::TestStore test;
  test.run_raw("CREATE TABLE \"a \"\"quoted\"\" one\" (id INTEGER) STRICT");
  const auto connection = confined(test, {1, {{"notes", false, {"id"}}}, {"a \"quoted\" one"}});
  CHECK_FALSE(connection->prepare_query("SELECT id FROM \"a \"\"quoted\"\" one\"").has_value());
  CHECK_FALSE(
      connection->prepare_query("SELECT 1 FROM notes JOIN \"a \"\"quoted\"\" one\" USING (id)")
          .has_value());
}

TEST_CASE("a scope is installed as a whole or not at all") {
  // Whatever of it the engine refuses, one after the other.
  struct Refusal {
    int asked = 0;
    int refused = -1;
  };
  const auto install = [](Refusal& refusal, const std::string& function) {
    const SQLite::Database database{":memory:", SQLite::OPEN_READWRITE};
    sqlite3* const handle = database.getHandle();
    REQUIRE(sqlite3_exec(handle,
                         "ATTACH ':memory:' AS base; CREATE TABLE base.notes (id INTEGER, title "
                         "TEXT, twice INTEGER AS (id + id)); CREATE TABLE base.secrets (id)",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    const auto ask = [](void* asked, int, const char*, const char*, const char*, const char*) {
      auto& counted = *static_cast<Refusal*>(asked);
      return counted.asked++ == counted.refused ? SQLITE_DENY : SQLITE_OK;
    };
    sqlite3_set_authorizer(handle, ask, &refusal);
    RowScope rows{std::make_shared<const ScopedSchema>(
                      ScopedSchema{1, {{"notes", false, {"id", "title"}}}, {"secrets"}}),
                  "base", function};
    const bool is_installed = rows.install(handle).has_value();
    sqlite3_set_authorizer(handle, nullptr, nullptr);
    return is_installed;
  };
  Refusal none;
  REQUIRE(install(none, "whose"));
  REQUIRE(none.asked > 10);
  for (int refused = 0; refused < none.asked; ++refused) {
    CAPTURE(refused);
    Refusal one{0, refused};
    CHECK_FALSE(install(one, "whose"));
  }
  // Longer than a function's name may be.
  Refusal other;
  CHECK_FALSE(install(other, std::string(300, 'f')));
}

TEST_CASE("what a query may do is that query's alone") {
  RowScope rows = scope();
  CHECK_FALSE(rows.allows(SQLITE_READ, "json_each", "value", "main", nullptr));
  rows.begin(rows.traits_of("SELECT value FROM json_each('[]')"));
  CHECK(rows.allows(SQLITE_READ, "json_each", "value", "main", nullptr));
  CHECK(rows.allows(SQLITE_READ, "json_each", "", nullptr, nullptr));
  // And nothing else.
  CHECK_FALSE(rows.allows(SQLITE_READ, "pragma_table_info", "name", "main", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "notes", "id", "main", nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "secrets", "", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "sqlite_schema", "", nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "pragma_table_list", "", nullptr, nullptr));
  rows.begin(rows.traits_of("SELECT 1 FROM a JOIN sqlite_schema USING (name)"));
  CHECK_FALSE(rows.allows(SQLITE_SELECT, nullptr, nullptr, nullptr, nullptr));
  CHECK(!rows.refusal().empty());
  rows.begin(rows.traits_of("SELECT 1"));
  CHECK(rows.refusal().empty());
  CHECK(rows.allows(SQLITE_SELECT, nullptr, nullptr, nullptr, nullptr));
  CHECK_FALSE(rows.allows(SQLITE_READ, "json_each", "value", "main", nullptr));
}
