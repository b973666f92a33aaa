// What becomes of a batch's transaction when one of the statements that bound its units fails. An
// engine in good health cannot be made to fail at just these, so they are refused to it.

#include "storage/sqlite/write_batch.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "core/context_mint.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Error;
using tenancy::Result;
using tenancy::detail::CallLimits;
using tenancy::detail::ContextMint;
using tenancy::detail::Grant;
using tenancy::detail::Realm;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::ConnectionMode;
using tenancy::detail::sqlite::WriteBatch;
using tenancy::detail::sqlite::WriteUnit;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

using namespace std::chrono_literals;

using Verdict = WriteBatch::Verdict;

constexpr std::chrono::milliseconds long_hold = 60s;

/// Adds a note, and keeps it or not.
class NoteUnit final : public WriteUnit {
 public:
  NoteUnit(const CallLimits& call_limits, const tenancy::Tenant& tenant, const char* id, bool keeps,
           Kind what = Kind::host)
      : WriteUnit{what, Runs::on_its_thread, {}, call_limits},
        sql_{"INSERT INTO notes VALUES (" + std::to_string(tenant.id.value()) + ", '" + id +
             "', '" + id + "', 0, NULL, 0, 0)"},
        keeps_{keeps} {}

  Result<bool> run(Connection& connection) override {
    if (sqlite3_exec(connection.handle(), sql_.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      return Error{errc::internal, sqlite3_errmsg(connection.handle())};
    }
    return keeps_;
  }
  void call_to_lead() noexcept override {}
  void finish() noexcept override {}

 private:
  std::string sql_;
  bool keeps_;
};

/// A connection whose statements that begin or end transactions fail when a test wants them to.
class BatchTest {
 public:
  BatchTest()
      : connection{must(Connection::open(test.file(), ConnectionMode::read_write, {}, limits))} {}

  /// From now on the engine refuses this statement on a transaction or a savepoint, also where it
  /// has been compiled before.
  void refuse(int action, const char* operation) {
    refused_action_ = action;
    refused_operation_ = operation;
    sqlite3_set_authorizer(connection->handle(), &BatchTest::authorize, this);
  }
  void refuse_nothing() { sqlite3_set_authorizer(connection->handle(), nullptr, nullptr); }

  NoteUnit unit(const char* id, bool keeps, WriteUnit::Kind kind = WriteUnit::Kind::host) const {
    return NoteUnit{limits, test.acme, id, keeps, kind};
  }

  /// Begins a batch that has kept a first unit.
  void begin() {
    auto first = unit("first", true);
    must(batch.begin(limits));
    REQUIRE(batch.run(first, true, long_hold) == Verdict::kept);
  }

  /// The notes that anybody sees.
  [[nodiscard]] std::string notes() const {
    const auto database = test.raw();
    SQLite::Statement found{database, "SELECT group_concat(id, ' ') FROM notes"};
    found.executeStep();
    return found.getColumn(0).getString();
  }

  const CallOptions options;
  const CallLimits limits{options, 5s};
  const TestStore test;
  std::unique_ptr<Connection> connection;
  WriteBatch batch{*connection};

 private:
  static int authorize(void* self, int action, const char* operation, const char* /*name*/,
                       const char* /*database*/, const char* /*cause*/) {
    const auto& test = *static_cast<const BatchTest*>(self);
    return action == test.refused_action_ && test.refused_operation_ == operation ? SQLITE_DENY
                                                                                  : SQLITE_OK;
  }

  int refused_action_ = 0;
  std::string_view refused_operation_;
};

}  // namespace

TEST_CASE("a batch keeps what its units keep, and commits it together") {
  BatchTest test;
  auto first = test.unit("first", true);
  auto dropped = test.unit("dropped", false);
  auto second = test.unit("second", true);
  must(test.batch.begin(test.limits));
  CHECK(test.batch.run(first, true, long_hold) == Verdict::kept);
  CHECK(test.batch.run(dropped, false, long_hold) == Verdict::rolled_back);
  CHECK(test.batch.run(second, false, long_hold) == Verdict::kept);
  CHECK(test.notes() == "");
  must(test.batch.commit());
  CHECK(test.notes() == "first second");
}

TEST_CASE("a batch that cannot set a unit apart is lost, and the unit does not run") {
  BatchTest test;
  test.begin();
  auto second = test.unit("second", true);
  test.refuse(SQLITE_SAVEPOINT, "BEGIN");
  const auto changes = test.connection->total_changes();
  CHECK(test.batch.run(second, false, long_hold) == Verdict::lost);
  CHECK(test.connection->total_changes() == changes);
  CHECK_FALSE(second.outcome);
}

TEST_CASE("a unit of a batch whose end fails is not kept") {
  BatchTest test;
  test.begin();
  auto second = test.unit("second", true);
  test.refuse(SQLITE_SAVEPOINT, "RELEASE");
  CHECK(test.batch.run(second, false, long_hold) == Verdict::lost);
  CHECK_FALSE(second.outcome);
}

TEST_CASE("a batch is lost when a unit that failed cannot be taken out of it") {
  BatchTest test;
  test.begin();
  auto second = test.unit("second", false);
  SUBCASE("its rows stay") { test.refuse(SQLITE_SAVEPOINT, "ROLLBACK"); }
  SUBCASE("its savepoint stays") { test.refuse(SQLITE_SAVEPOINT, "RELEASE"); }
  CHECK(test.batch.run(second, false, long_hold) == Verdict::lost);
}

TEST_CASE("a connection whose transaction cannot be rolled back is not used again") {
  BatchTest test;
  auto unit = test.unit("kept?", true);
  must(test.batch.begin(test.limits));
  CHECK(test.batch.run(unit, true, long_hold) == Verdict::kept);
  test.refuse(SQLITE_TRANSACTION, "ROLLBACK");
  test.batch.roll_back();
  CHECK(test.connection->poisoned());
  test.connection.reset();
  CHECK(test.notes() == "");
}

TEST_CASE("a connection that was rolled back goes on") {
  BatchTest test;
  auto unit = test.unit("gone", true);
  must(test.batch.begin(test.limits));
  CHECK(test.batch.run(unit, true, long_hold) == Verdict::kept);
  test.batch.roll_back();
  test.batch.roll_back();
  CHECK_FALSE(test.connection->poisoned());
  CHECK_FALSE(test.batch.is_open());
  CHECK(test.notes() == "");
}

TEST_CASE("a commit that fails keeps nothing and leaves no transaction open") {
  BatchTest test;
  auto unit = test.unit("kept?", true);
  must(test.batch.begin(test.limits));
  CHECK(test.batch.run(unit, true, long_hold) == Verdict::kept);
  test.refuse(SQLITE_TRANSACTION, "COMMIT");
  CHECK_FALSE(test.batch.commit());
  CHECK_FALSE(test.batch.is_open());
  CHECK_FALSE(test.connection->poisoned());
  CHECK(test.notes() == "");
}

TEST_CASE("who was let in is remembered in a transaction that has begun, and in no other") {
  BatchTest test;
  const auto context = ContextMint::mint(
      Realm::create(),
      Grant{.tenant = test.test.acme.id, .principal = tenancy::Principal::host(), .epoch = 1},
      tenancy::Scope::write);
  auto& admissions = test.connection->admissions();
  test.refuse(SQLITE_TRANSACTION, "BEGIN");
  const auto refused = test.batch.begin(test.limits);
  CHECK(code_of(refused) != errc::busy);
  admissions.remember(context);
  CHECK_FALSE(admissions.admits(context));

  test.refuse_nothing();
  must(test.batch.begin(test.limits));
  CHECK_FALSE(admissions.admits(context));
  admissions.remember(context);
  CHECK(admissions.admits(context));
  test.batch.roll_back();
}
