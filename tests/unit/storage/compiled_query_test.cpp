#include "storage/sqlite/compiled_query.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/connection.hpp"
#include "support/fault_vfs.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Error;
using tenancy::detail::CallLimits;
using tenancy::detail::ScopedSchema;
using tenancy::detail::Statement;
using tenancy::detail::StatementLease;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::query_failure;
using tenancy::detail::sqlite::ScopedTenant;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::Watch;
using tenancy::detail::sqlite::WatchScope;
using tenancy_test::FaultKind;
using tenancy_test::must;

namespace {

constexpr const char* endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

/// A confined connection on which one of the tenants asks.
class Asking {
 public:
  explicit Asking(const tenancy_test::TestStore& test)
      : connection_{must(
            Connection::open_confined(test.file(), {},
                                      {std::make_shared<const ScopedSchema>(ScopedSchema{
                                           1, {{"notes", false, {"id", "title"}}}, {}}),
                                       {},
                                       sqlite3_libversion_number()},
                                      limits_))},
        tenant_{*connection_->scope(), test.acme.id} {}

  Connection& operator*() { return *connection_; }
  Connection* operator->() { return connection_.get(); }

  SqliteStatement& prepare(std::string_view text) {
    return *must(connection_->prepare_query(text));
  }
  Error refusal(std::string_view text) {
    const auto outcome = connection_->prepare_query(text);
    REQUIRE_FALSE(outcome.has_value());
    return outcome.error();
  }
  /// Why the next step fails.
  Error failure(SqliteStatement& statement) {
    REQUIRE(statement.advance() == Statement::Advance::failed);
    return query_failure(statement, *connection_->scope(), connection_->watch());
  }

 private:
  const tenancy::CallOptions options_;
  const CallLimits limits_{options_, std::chrono::seconds{5}};
  std::unique_ptr<Connection> connection_;
  ScopedTenant tenant_;
};

}  // namespace

TEST_CASE("an error of a text tells where it is, if it is anywhere") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  CHECK(asking.refusal("SELECT id, absent FROM notes").message() ==
        "no such column: absent (at byte 11)");
  CHECK(asking.refusal("SELECT 1 FROM absent").message() == "no such table: absent");
}

TEST_CASE("a query of too many parts is not compiled, however light they are") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  std::string text = "SELECT (SELECT 1)";
  for (int i = 1; i < 99; ++i) {
    text += ", (SELECT 1)";
  }
  CHECK(asking->prepare_query(text).has_value());
  const auto error = asking.refusal(text + ", (SELECT 1)");
  CHECK(error == errc::query_limit_exceeded);
  CHECK(error.subject() == "text");
}

// SQLite asks about none of them before it finds that there is nothing to do.
TEST_CASE("what would do nothing is no query") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  for (const std::string_view text :
       {"DROP TRIGGER IF EXISTS absent", "DROP TABLE IF EXISTS absent",
        "DROP INDEX IF EXISTS absent", "DROP VIEW IF EXISTS absent"}) {
    CAPTURE(text);
    CHECK(asking.refusal(text) == errc::query_refused);
  }
}

TEST_CASE("why a query fails is its own, whatever was refused before") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  SqliteStatement& statement = asking.prepare("SELECT abs(?1)");
  const StatementLease lease{statement};
  statement.bind_int64(1, std::numeric_limits<std::int64_t>::min());
  CHECK(asking.refusal("SELECT random()") == errc::query_refused);
  const auto error = asking.failure(statement);
  CHECK(error == errc::invalid_query);
  CHECK(error.message() == "integer overflow");
}

TEST_CASE("a message that may hold a value is not told") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  SqliteStatement& statement = asking.prepare("SELECT json_extract('{}', 'secret')");
  const StatementLease lease{statement};
  const auto error = asking.failure(statement);
  CHECK(error == errc::invalid_query);
  CHECK(error.message() == "a function does not take a value that it was given");
}

TEST_CASE("a value that could not be bound is told of, also when others could be") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  SqliteStatement& statement = asking.prepare("SELECT ?1");
  const StatementLease lease{statement};
  statement.bind_int64(9, 1);
  statement.bind_int64(1, 1);
  CHECK(asking.failure(statement).message().starts_with("binding a value"));
}

TEST_CASE("only the time of the query itself is told of as its limit") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  SqliteStatement& statement = asking.prepare(endless);
  const StatementLease lease{statement};
  const auto stopped_by = [&](const tenancy::CallOptions& options, Watch::Budget budget) {
    const CallLimits limits{options, std::chrono::seconds{5}};
    const WatchScope watched{asking->watch(), limits, budget, true};
    return asking.failure(statement);
  };
  const auto passed = std::chrono::steady_clock::now() - std::chrono::seconds{1};
  const auto of_query = stopped_by({}, {passed, errc::query_limit_exceeded, "it is slow"});
  CHECK(of_query == errc::query_limit_exceeded);
  CHECK(of_query.subject() == "time");
  const auto of_call = stopped_by({.deadline = passed}, Watch::unlimited);
  CHECK(of_call == errc::deadline_exceeded);
  CHECK(of_call.subject().empty());
}

TEST_CASE("a query that somebody else interrupts is cancelled, and the connection stays") {
  const tenancy_test::TestStore test;
  Asking asking{test};
  SqliteStatement& statement = asking.prepare("VALUES (1), (2), (3)");
  const StatementLease lease{statement};
  REQUIRE(statement.advance() == Statement::Advance::row);
  sqlite3_interrupt(asking->handle());
  CHECK(asking.failure(statement) == errc::cancelled);
  CHECK_FALSE(asking->poisoned());
}

TEST_CASE("a connection on which a query's read failed is not used again") {
  tenancy_test::FaultVfs vfs;
  const tenancy_test::TestStore test;
  Asking asking{test};
  SqliteStatement& statement = asking.prepare("SELECT title FROM notes");
  const StatementLease lease{statement};
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = tenancy_test::VfsCall::read}});
  const auto error = asking.failure(statement);
  vfs.disarm();
  CHECK(error == errc::io_error);
  CHECK(asking->poisoned());
}

TEST_CASE("a connection on which a query met a broken page is not used again") {
  const tenancy_test::TestStore test;
  test.run_raw("PRAGMA wal_checkpoint(TRUNCATE)");
  auto raw = test.raw();
  const auto page_bytes = raw.execAndGet("PRAGMA page_size").getInt64();
  std::fstream file{test.file(), std::ios::in | std::ios::out | std::ios::binary};
  SQLite::Statement pages{raw, "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'notes'"};
  while (pages.executeStep()) {
    file.seekp((pages.getColumn(0).getInt64() - 1) * page_bytes);
    file << std::string(static_cast<std::size_t>(page_bytes), '\x7F') << std::flush;
  }
  REQUIRE(file.good());

  Asking asking{test};
  SqliteStatement& statement = asking.prepare("SELECT title FROM notes");
  const StatementLease lease{statement};
  CHECK(asking.failure(statement) == errc::corrupt_store);
  CHECK(asking->poisoned());
}
