#include "storage/sqlite/connection.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tenancy/data/repository.hpp"

#include "storage/connection_pool.hpp"
#include "storage/sqlite/statement.hpp"
#include "storage/sqlite/write_batch.hpp"
#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/sanitized.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy::detail::CallLimits;
using tenancy::detail::StatementLease;
using tenancy::detail::StaticSql;
using tenancy::detail::ValueView;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::ConnectionMode;
using ConnectionPool = tenancy::detail::ConnectionPool<tenancy::detail::sqlite::Connection>;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::Watch;
using tenancy::detail::sqlite::WriteBatch;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

std::unique_ptr<Connection> connect(const TestStore& test) {
  const CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  return must(Connection::open(test.file(), ConnectionMode::read_write, {}, limits));
}

/// What stops a statement from being compiled, as SQLite says it; empty when it compiles.
std::string refusal(Connection& connection, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &statement, nullptr);
  sqlite3_finalize(statement);
  return code == SQLITE_OK ? std::string{} : sqlite3_errmsg(connection.handle());
}

/// Fails with the code that it is called with.
void fail(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  sqlite3_result_error_code(context, sqlite3_value_int(values[0]));
}

void constant(sqlite3_context* context, int /*count*/, sqlite3_value** /*values*/) {
  sqlite3_result_int(context, 1);
}

}  // namespace

// No repository makes such statements: this is what keeps a wrong one, a trigger or a view from
// the library's tables.
TEST_CASE("a tenant's transaction reaches the library's tables in no way") {
  const TestStore test;
  static const std::vector<std::string> texts{
      "SELECT name FROM tenancy_tenants WHERE tenant_id = ?1",
      "SELECT tenant_id, epoch FROM tenancy_tenants WHERE tenant_id = ?1",
      "SELECT tenant_id FROM tenancy_api_keys WHERE tenant_id = ?1",
      "SELECT count(*) FROM TENANCY_identifiers WHERE tenant_id = ?1",
      "SELECT id FROM notes WHERE tenant_id = ?1 AND EXISTS (SELECT hash FROM tenancy_api_keys)",
      "INSERT INTO tenancy_crossings (created_at) VALUES (?1)",
      "UPDATE tenancy_tenants SET epoch = ?1",
      "UPDATE tenancy_tenants SET tenant_id = ?1",
      "DELETE FROM tenancy_api_keys WHERE ?1"};
  std::vector<StaticSql> statements;
  for (const auto& text : texts) {
    statements.push_back({text});
  }
  must(test.store.write(test.enter(test.acme), [&](WriteTransaction& tx) -> Result<void> {
    auto& session = tenancy::detail::SessionAccess::of(tx);
    for (const auto& sql : statements) {
      CAPTURE(sql.text);
      const auto prepared = session.prepare(sql);
      CHECK_FALSE(prepared.has_value());
    }
    return tenancy::success();
  }));
}

TEST_CASE("a trigger of the host's reaches the library's tables in no way either") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const tenancy::Repository<tenancy_test::Note> notes{test.store, acme};
  must(notes.insert({.id = "before", .title = "before"}));
  for (const char* trigger :
       {"reads AFTER INSERT ON notes BEGIN SELECT name FROM tenancy_tenants; END",
        "adds AFTER INSERT ON notes BEGIN INSERT INTO tenancy_identifiers (kind, value, tenant_id, "
        "created_at) VALUES ('a', 'b', NEW.tenant_id, 0); END",
        "changes AFTER INSERT ON notes BEGIN UPDATE tenancy_tenants SET epoch = 7; END",
        "removes AFTER INSERT ON notes BEGIN DELETE FROM tenancy_api_keys; END"}) {
    CAPTURE(trigger);
    test.run_raw(std::string{"CREATE TRIGGER "} + trigger);
    CHECK_FALSE(notes.insert({.id = "after", .title = "after"}).has_value());
    const std::string_view text{trigger};
    test.run_raw("DROP TRIGGER " + std::string{text.substr(0, text.find(' '))});
  }
  CHECK(must(notes.count()) == 1);
}

TEST_CASE("a connection's own statements reach the library's tables only while they are let") {
  const TestStore test;
  const auto connection = connect(test);
  const std::string look = "SELECT name FROM tenancy_tenants";
  CHECK(refusal(*connection, look) == "access to tenancy_tenants.name is prohibited");
  {
    const tenancy::detail::sqlite::ControlAccess access{*connection};
    CHECK(refusal(*connection, look).empty());
  }
  CHECK(refusal(*connection, look) == "access to tenancy_tenants.name is prohibited");
}

TEST_CASE("the schema cannot be edited in place") {
  const TestStore test;
  const auto connection = connect(test);
  CHECK(sqlite3_exec(connection->handle(), "PRAGMA writable_schema = ON", nullptr, nullptr,
                     nullptr) == SQLITE_OK);
  CHECK(refusal(*connection, "UPDATE sqlite_schema SET sql = sql") ==
        "table sqlite_master may not be modified");
}

TEST_CASE("a text in double quotes is no string, in a schema neither") {
  const TestStore test;
  const auto connection = connect(test);
  CHECK(refusal(*connection, R"(SELECT "nothing" FROM notes)") == "no such column: nothing");
  CHECK(sqlite3_exec(connection->handle(), R"(CREATE INDEX i ON notes ("nothing"))", nullptr,
                     nullptr, nullptr) != SQLITE_OK);
}

TEST_CASE("a view calls no function that only its program's own statements may call") {
  const TestStore test;
  test.run_raw("CREATE VIEW v AS SELECT constant() AS c");
  const auto connection = connect(test);
  REQUIRE(sqlite3_create_function(connection->handle(), "constant", 0, SQLITE_UTF8, nullptr,
                                  &constant, nullptr, nullptr) == SQLITE_OK);
  CHECK(refusal(*connection, "SELECT constant()").empty());
  CHECK(refusal(*connection, "SELECT c FROM v") == "unsafe use of constant()");
}

TEST_CASE("a poisoned or broken connection is closed, and its place in the pool is free") {
  const TestStore test;
  int opened = 0;
  ConnectionPool pool{1, [&](const CallLimits&) -> Result<std::unique_ptr<Connection>> {
                        ++opened;
                        return connect(test);
                      }};
  const CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  static_cast<void>(must(pool.acquire(limits)));
  static_cast<void>(must(pool.acquire(limits)));
  CHECK(opened == 1);
  must(pool.acquire(limits)).connection().poison();
  CHECK_FALSE(pool.acquire_idle().has_value());
  static_cast<void>(must(pool.acquire(limits)));
  CHECK(opened == 2);
  must(pool.acquire(limits)).connection().watch().mark_broken();
  CHECK_FALSE(pool.acquire_idle().has_value());
  static_cast<void>(must(pool.acquire(limits)));
  CHECK(opened == 3);
}

TEST_CASE("a connection that cannot be opened for a read that fails says so") {
  tenancy_test::FaultVfs vfs;
  const TestStore test;
  const CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  const auto open = [&] {
    return Connection::open(test.file(), ConnectionMode::read_write, {}, limits);
  };
  vfs.arm();
  must(open());
  const auto calls = vfs.calls();
  const auto reads = std::ranges::count(calls, tenancy_test::VfsCall::read);
  REQUIRE(reads > 0);
  for (std::uint64_t nth = 1; nth <= static_cast<std::uint64_t>(reads); ++nth) {
    CAPTURE(nth);
    vfs.arm({{.kind = tenancy_test::FaultKind::io_error,
              .nth = nth,
              .only = tenancy_test::VfsCall::read}});
    CHECK(code_of(open()) == errc::io_error);
    vfs.disarm();
  }
}

TEST_CASE("a connection that could not read its file, or not make sense of it, is broken") {
  struct Failure {
    int code;
    errc expected;
    bool breaks;
  };
  const TestStore test;
  for (const Failure& failure : {Failure{SQLITE_IOERR_READ, errc::io_error, true},
                                 Failure{SQLITE_NOMEM, errc::io_error, true},
                                 Failure{SQLITE_CORRUPT, errc::corrupt_store, true},
                                 Failure{SQLITE_TOOBIG, errc::invalid_value, false},
                                 Failure{SQLITE_BUSY, errc::busy, false}}) {
    CAPTURE(failure.code);
    const auto connection = connect(test);
    REQUIRE(sqlite3_create_function(connection->handle(), "fail", 1, SQLITE_UTF8, nullptr, &fail,
                                    nullptr, nullptr) == SQLITE_OK);
    const auto statement = must(
        SqliteStatement::prepare(connection->handle(), "SELECT fail(?1)", connection->watch()));
    statement->bind_int64(1, failure.code);
    const auto outcome = statement->step();
    REQUIRE(code_of(outcome) == failure.expected);
    CHECK(connection->poisoned() == failure.breaks);
    const bool is_about_the_file = failure.expected == errc::corrupt_store;
    CHECK((outcome.error().message().find("restore a backup") != std::string::npos) ==
          is_about_the_file);
  }
}

TEST_CASE("a trigger's own words are no failure of the engine's") {
  const TestStore test;
  test.run_raw(
      "CREATE TRIGGER words BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'integer overflow'); "
      "END");
  const tenancy::Repository<tenancy_test::Note> notes{test.store, test.enter(test.acme)};
  CHECK(code_of(notes.insert({.id = "a", .title = "a"})) == errc::constraint_violation);
}

TEST_CASE("a database is inspected as it is, with a write-ahead log or without") {
  const tenancy_test::TemporaryFolder folder;
  const auto file = folder / "plain.db";
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE one (id INTEGER)");
  const CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  const auto connection = must(Connection::open(file, ConnectionMode::inspection, {}, limits));
  CHECK(refusal(*connection, "SELECT id FROM one").empty());
}

TEST_CASE("only what fails because it was stopped says so") {
  const TestStore test;
  const auto connection = connect(test);
  std::stop_source stop;
  stop.request_stop();
  const CallOptions options{.stop = stop.get_token()};
  const CallLimits limits{options, std::chrono::seconds{5}};
  const tenancy::detail::sqlite::WatchScope watched{connection->watch(), limits, Watch::unlimited,
                                                    true};
  const auto endless = must(SqliteStatement::prepare(
      connection->handle(),
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
      connection->watch()));
  CHECK(code_of(endless->step()) == errc::cancelled);
  endless->reset();
  CHECK(code_of(SqliteStatement::prepare(connection->handle(), "SELECT 1 FROM nowhere",
                                         connection->watch())) == errc::invalid_mapping);
}

TEST_CASE("outside of a call nothing waits for a lock") {
  const TestStore test;
  const auto connection = connect(test);
  const auto other = connect(test);
  static constexpr StaticSql begin{"BEGIN IMMEDIATE"};
  must(connection->run(begin));
  CHECK(code_of(other->run(begin)) == errc::busy);
}

TEST_CASE("a database that cannot have a write-ahead log is refused") {
  const CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  const auto opened = Connection::open(":memory:", ConnectionMode::read_write, {}, limits);
  CHECK(code_of(opened) == errc::cannot_open);
}

TEST_CASE("a script that holds a NUL is refused as a whole, and not cut off there") {
  using namespace std::string_literals;
  const TestStore test;
  const auto connection = connect(test);
  CHECK(code_of(connection->run_script("CREATE TABLE one (id INTEGER);\0CREATE TABLE two (id)"s,
                                       tenancy::detail::ScriptOwner::host)) ==
        errc::invalid_argument);
  CHECK(refusal(*connection, "SELECT id FROM one") == "no such table: one");
}

TEST_CASE("a statement of a shape is compiled once") {
  const TestStore test;
  const auto connection = connect(test);
  const auto write = [] { return std::string{"SELECT ?1"}; };
  const tenancy::detail::ShapedSql sql{"a shape", write};
  const auto prepare = [&] { const StatementLease lease{*must(connection->prepare(sql))}; };
  prepare();
  const auto prepared = connection->statements().prepared();
  prepare();
  CHECK(connection->statements().prepared() == prepared);
}

TEST_CASE("a text that is not exactly one statement is not prepared") {
  const TestStore test;
  const auto connection = connect(test);
  for (const std::string_view text : {"", "-- nothing", "SELECT 1; SELECT 2"}) {
    CAPTURE(text);
    CHECK(code_of(SqliteStatement::prepare(connection->handle(), text, connection->watch())) ==
          errc::invalid_mapping);
  }
}

TEST_CASE("a statement one of whose values cannot be bound does not run") {
  const TestStore test;
  const auto connection = connect(test);
  const auto statement =
      must(SqliteStatement::prepare(connection->handle(), "SELECT ?1, ?2", connection->watch()));
  const std::vector<ValueView> first{ValueView::impossible(), ValueView::int64(1)};
  const std::vector<ValueView> second{ValueView::int64(1), ValueView::impossible()};
  // The third there is no parameter for.
  const std::vector<ValueView> last{ValueView::int64(1), ValueView::impossible(),
                                    ValueView::int64(1)};
  for (const auto& values : {first, second, last}) {
    statement->bind_rest(1, values);
    CHECK(statement->bind_failure() == SQLITE_MISMATCH);
    CHECK(code_of(statement->step()) == errc::constraint_violation);
    statement->reset();
  }
  statement->bind_rest(1, std::vector<ValueView>{ValueView::int64(1), ValueView::int64(2)});
  CHECK(must(statement->step()));
}

TEST_CASE(
    "who waits for a connection gets one that is given back, or the place of one that is closed") {
  const TestStore test;
  ConnectionPool pool{
      1, [&](const CallLimits&) -> Result<std::unique_ptr<Connection>> { return connect(test); }};
  const CallOptions options;
  const CallLimits limits{options, std::chrono::minutes{10}};
  std::optional lease{must(pool.acquire(limits))};
  std::thread waiter{[&] {
    const CallLimits own{options, std::chrono::minutes{10}};
    static_cast<void>(must(pool.acquire(own)));
  }};
  while (pool.use().waiting == 0) {
    std::this_thread::yield();
  }
  SUBCASE("given back") {}
  SUBCASE("closed") { lease->connection().poison(); }
  lease.reset();
  waiter.join();
  CHECK(pool.use().in_use == 0);
}

// ThreadSanitizer has a child wait for threads that it does not have.
#ifndef TENANCY_TEST_THREADS_SANITIZED
TEST_CASE("a connection that a child gives back waits for no thread of the parent's") {
  const TestStore test;
  ConnectionPool pool{
      1, [&](const CallLimits&) -> Result<std::unique_ptr<Connection>> { return connect(test); }};
  const CallOptions options;
  const CallLimits limits{options, std::chrono::minutes{10}};
  const std::jthread other{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      static_cast<void>(pool.use());
    }
  }};
  std::optional lease{must(pool.acquire(limits))};
  // AddressSanitizer has locks of its own.
  const int rounds = tenancy_test::is_sanitized ? 3 : 200;
  for (int round = 0; round < rounds; ++round) {
    CHECK(tenancy_test::text_from_child([&]() -> std::string {
            lease.reset();
            return "given back";
          }) == "given back");
  }
  lease.reset();
  CHECK(pool.use().in_use == 0);
}
#endif

TEST_CASE("a connection that cannot write because it still reads is not used again") {
  const TestStore test;
  const tenancy::Repository<tenancy_test::Note> notes{test.store, test.enter(test.acme)};
  must(notes.insert({.id = "a", .title = "a"}));
  must(notes.insert({.id = "b", .title = "b"}));
  const auto connection = connect(test);
  const std::string text = "SELECT id FROM notes";
  const CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  const auto begin_while_reading = [&](bool has_old_view) {
    const StatementLease reading{*must(connection->prepare(StaticSql{text}))};
    REQUIRE(must(reading->step()));
    if (has_old_view) {
      must(notes.insert({.id = "c", .title = "c"}));
    }
    WriteBatch batch{*connection};
    auto begun = batch.begin(limits);
    batch.roll_back();
    return begun;
  };
  CHECK(begin_while_reading(false).has_value());
  CHECK_FALSE(connection->poisoned());
  CHECK(code_of(begin_while_reading(true)) == errc::busy);
  CHECK(connection->poisoned());
}

TEST_CASE("a statement that is used again has the new tenant, and nothing of the former one") {
  const TestStore test;
  const auto connection = connect(test);
  Watch watch;
  const auto statement =
      must(SqliteStatement::prepare(connection->handle(), "SELECT ?1, ?2, ?3", watch));
  /// What the three parameters are, 0 for those that are not bound.
  using Columns = std::array<std::int64_t, 3>;
  const auto use = [&](auto bind) {
    statement->take();
    bind();
    REQUIRE(must(statement->step()));
    Columns columns{};
    for (int i = 0; i < 3; ++i) {
      columns[static_cast<std::size_t>(i)] = statement->int64(i).value_or(0);
      CHECK(statement->is_null(i) == !statement->int64(i).has_value());
    }
    statement->reset();
    return columns;
  };
  const std::vector<ValueView> both{ValueView::int64(1), ValueView::int64(2)};
  const std::vector<ValueView> one{ValueView::int64(3)};
  std::int64_t tenant = 10;
  const auto fill = [&] {
    const auto columns = use([&] {
      statement->bind_tenant(tenant);
      statement->bind_rest(2, both);
    });
    CHECK(columns == Columns{tenant, 1, 2});
    ++tenant;
  };
  const auto use_filled = [&](auto bind) {
    fill();
    return use([&] {
      statement->bind_tenant(tenant);
      bind();
    });
  };
  for (int i = 0; i < 2; ++i) {
    Columns columns = use_filled([&] { statement->bind_rest(2, one); });
    CHECK(columns == Columns{tenant, 3, 0});
    columns = use_filled([&] { statement->bind_rest(3, one); });
    CHECK(columns == Columns{tenant, 0, 3});
    columns = use_filled([&] { statement->bind_int64(2, 5); });
    CHECK(columns == Columns{tenant, 5, 0});
    columns = use_filled([&] { statement->bind_null(3); });
    CHECK(columns == Columns{tenant, 0, 0});
    columns = use_filled([] {});
    CHECK(columns == Columns{tenant, 0, 0});
    fill();
    columns = use([] {});
    CHECK(columns == Columns{});
  }
  // Also where the tenant comes last.
  const auto columns = use([&] {
    statement->bind_int64(2, 5);
    statement->bind_tenant(tenant);
  });
  CHECK(columns == Columns{tenant, 5, 0});
}
