#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/call_limits.hpp"
#include "storage/sqlite/writer_lock.hpp"
#include "support/entities.hpp"
#include "support/held_writer.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy::detail::CallLimits;
using tenancy::detail::sqlite::WriterLock;
using tenancy_test::await_full_queue;
using tenancy_test::code_of;
using tenancy_test::has_full_queue;
using tenancy_test::HeldWriter;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Stopper;
using tenancy_test::TestStore;

namespace {

using namespace std::chrono_literals;

/// Long enough for a call to get where it is to be stopped, on a fast machine at least; a call that
/// is stopped before that gives the same error.
constexpr auto soon = 20ms;

constexpr tenancy::detail::StaticSql endless_read{
    "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"};
constexpr tenancy::detail::StaticSql endless_write{
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "INSERT INTO tasks SELECT ?1, max(i), NULL, 0, 0.0 FROM n"};

Result<void> run(ReadTransaction& transaction, const tenancy::detail::StaticSql& sql) {
  BOOST_OUTCOME_TRY(auto statement, tenancy::detail::SessionAccess::of(transaction).prepare(sql));
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

tenancy::StoreOptions patient() {
  tenancy::StoreOptions options{.max_wait = 10min};
  options.writes.max_waiting_per_tenant = 1;
  options.writes.max_unit_hold = 10min;
  return options;
}

void check_usable(const TestStore& test) {
  const auto acme = test.enter(test.acme);
  const Note stored = must(Repository<Note>{test.store, acme}.insert({.title = "usable"}));
  CHECK(must(ReadRepository<Note>{test.store, acme}.require(stored.id)) == stored);
  must(Repository<Note>{test.store, acme}.erase(stored.id));
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

/// Another process that writes, as SQLite sees it.
class SqliteLock {
 public:
  explicit SqliteLock(const TestStore& test) : connection_{test.raw()} {
    connection_.exec("BEGIN IMMEDIATE");
  }
  void release() { connection_.exec("ROLLBACK"); }

 private:
  SQLite::Database connection_;
};

/// Another process that has its turn among those that use the library.
class Turn {
 public:
  explicit Turn(const TestStore& test) : lock_{must(WriterLock::open(test.file()))} {
    const CallOptions options;
    must(lock_.acquire(CallLimits{options, 10min}));
  }
  void release() { lock_.release(); }

 private:
  WriterLock lock_;
};

}  // namespace

TEST_CASE("a call whose limits are over before it begins does nothing") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const Stopper stopper;
  stopper.request_stop();
  for (const auto& [options, expected] :
       {std::pair{CallOptions::within(-1ms), errc::deadline_exceeded},
        std::pair{stopper.options(), errc::cancelled}}) {
    bool ran = false;
    const auto unit = [&](auto&) -> Result<void> {
      ran = true;
      return success();
    };
    CHECK(code_of(test.store.read(acme, options, unit)) == expected);
    CHECK(code_of(test.store.write(acme, options, unit)) == expected);
    CHECK(code_of(Repository<Note>{test.store, acme, options}.insert({.title = "x"})) == expected);
    CHECK(code_of(ReadRepository<Note>{test.store, acme, options}.count()) == expected);
    CHECK_FALSE(ran);
    check_usable(test);
  }
}

TEST_CASE("a write that waits for its turn gives up at its deadline or when it is stopped") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  std::atomic<bool> ran = false;
  const auto unit = [&](WriteTransaction&) -> Result<void> {
    ran = true;
    return success();
  };
  HeldWriter held{test.store, test.enter(test.globex)};
  CHECK(code_of(test.store.write(acme, CallOptions::within(soon), unit)) ==
        errc::deadline_exceeded);
  CHECK(code_of(Repository<Note>{test.store, acme, CallOptions::within(soon)}.insert(
            {.title = "x"})) == errc::deadline_exceeded);

  const Stopper stopper;
  std::thread stopped{[&] {
    CHECK(code_of(tenancy_test::write_queued(
              [&] { return test.store.write(acme, stopper.options(), unit); })) == errc::cancelled);
  }};
  await_full_queue(test.store, acme);
  stopper.request_stop();
  stopped.join();
  CHECK_FALSE(ran);
  must(held.finish());
  check_usable(test);
}

TEST_CASE("a write that waits for its turn for the longest wait is refused") {
  const TestStore test{{.max_wait = soon}};
  HeldWriter held{test.store, test.enter(test.globex)};
  CHECK(code_of(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "x"})) ==
        errc::overloaded);
  must(held.finish());
  check_usable(test);
}

TEST_CASE("a read that waits for a connection gives up at its deadline or when it is stopped") {
  const TestStore test{{.readers = 1, .max_wait = 10min}};
  const auto acme = test.enter(test.acme);
  must(test.store.read(acme, [&](ReadTransaction&) -> Result<void> {
    const ReadRepository<Note> late{test.store, acme, CallOptions::within(soon)};
    CHECK(code_of(late.count()) == errc::deadline_exceeded);

    const Stopper stopper;
    std::latch begins{1};
    std::thread stopped{[&] {
      begins.count_down();
      CHECK(code_of(ReadRepository<Note>{test.store, acme, stopper.options()}.count()) ==
            errc::cancelled);
    }};
    begins.wait();
    stopper.request_stop();
    stopped.join();
    return success();
  }));
  check_usable(test);
}

TEST_CASE("a turn that another process never gives back does not shut the store") {
  const TestStore test{{.max_wait = 5 * soon}};
  Turn turn{test};
  check_usable(test);
  turn.release();
  check_usable(test);
}

TEST_CASE("a write that waits for another process gives up in time") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  SqliteLock lock{test};
  CHECK(code_of(Repository<Note>{test.store, acme, CallOptions::within(soon)}.insert(
            {.title = "x"})) == errc::deadline_exceeded);

  const Stopper stopper;
  std::latch begins{1};
  std::thread stopped{[&] {
    begins.count_down();
    CHECK(code_of(Repository<Note>{test.store, acme, stopper.options()}.insert({.title = "x"})) ==
          errc::cancelled);
  }};
  begins.wait();
  stopper.request_stop();
  stopped.join();

  // Others who can wait for longer do not keep it, whoever of them leads.
  std::thread first{[&] {
    must(Repository<Note>{test.store, test.enter(test.globex)}.insert({.title = "patient"}));
  }};
  for (int i = 0; i < 5; ++i) {
    CHECK(code_of(Repository<Note>{test.store, acme, CallOptions::within(soon)}.insert(
              {.title = "x"})) == errc::deadline_exceeded);
  }
  lock.release();
  first.join();
  check_usable(test);
}

TEST_CASE_TEMPLATE("who gives up on another process is told so though others wait on", Lock,
                   SqliteLock, Turn) {
  auto options = patient();
  // Told just before a write is queued, so that acme's nearly always leads.
  std::latch comes{1};
  std::atomic<bool> is_ready = false;
  options.writes.weight = [&](tenancy::TenantId) {
    if (is_ready.exchange(false)) {
      comes.count_down();
    }
    return 1U;
  };
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  const auto globex = test.enter(test.globex);
  const Stopper stopper;
  Lock lock{test};
  is_ready = true;
  std::thread leading{[&] {
    CHECK(code_of(tenancy_test::write_queued([&] {
            return Repository<Note>{test.store, acme, stopper.options()}.insert({.title = "x"});
          })) == errc::cancelled);
  }};
  comes.wait();
  // Any thread may run it, so that the one that gives up could go on with it.
  std::atomic<bool> is_written = false;
  std::thread behind{[&] {
    must(tenancy_test::write_queued([&] {
      return Repository<Note>{test.store, globex}.insert({.title = "patient"});
    }));
    is_written = true;
  }};
  while (!has_full_queue(test.store, globex) && !has_full_queue(test.store, acme)) {
  }
  stopper.request_stop();
  leading.join();
  CHECK_FALSE(is_written);
  lock.release();
  behind.join();
}

TEST_CASE("a write that waits for another process for the longest wait is refused") {
  const TestStore test{{.max_wait = soon}};
  const auto acme = test.enter(test.acme);
  SqliteLock lock{test};
  CHECK(code_of(Repository<Note>{test.store, acme}.insert({.title = "x"})) == errc::busy);
  lock.release();
  check_usable(test);
}

TEST_CASE("a statement is stopped in its middle at the deadline or on request") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  const auto read = [&](const CallOptions& options, const std::function<void()>& begins) {
    return test.store.read(acme, options, [&](ReadTransaction& tx) -> Result<void> {
      begins();
      return run(tx, endless_read);
    });
  };
  const auto write = [&](const tenancy::detail::StaticSql& sql, const CallOptions& options,
                         const std::function<void()>& begins) {
    return test.store.write(acme, options, [&](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = "lost"}));
      begins();
      return run(tx, sql);
    });
  };
  using Call = std::function<Result<void>(const CallOptions&, const std::function<void()>&)>;
  const std::vector<Call> calls{
      read,
      [&](const auto& options, const auto& begins) { return write(endless_read, options, begins); },
      [&](const auto& options, const auto& begins) {
        return write(endless_write, options, begins);
      }};
  for (const auto& call : calls) {
    CHECK(code_of(call(CallOptions::within(soon), [] {})) == errc::deadline_exceeded);
    check_usable(test);

    const Stopper stopper;
    std::latch begun{1};
    std::thread stopping{[&] {
      begun.wait();
      stopper.request_stop();
    }};
    CHECK(code_of(call(stopper.options(), [&] { begun.count_down(); })) == errc::cancelled);
    stopping.join();
    check_usable(test);
  }
}

TEST_CASE("a unit is stopped between its statements at the deadline or on request") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  const Stopper stopper;
  const auto stopped = [&](auto& tx) -> Result<void> {
    must(ReadRepository<Note>{tx}.count());
    stopper.request_stop();
    BOOST_OUTCOME_TRY(ReadRepository<Note>{tx}.count());
    return success();
  };
  const auto late = [](auto& tx) -> Result<void> {
    while (true) {
      BOOST_OUTCOME_TRY(ReadRepository<Note>{tx}.count());
    }
  };
  SUBCASE("of a read") {
    CHECK(code_of(test.store.read(acme, stopper.options(), stopped)) == errc::cancelled);
    CHECK(code_of(test.store.read(acme, CallOptions::within(soon), late)) ==
          errc::deadline_exceeded);
  }
  SUBCASE("of a write, which keeps nothing") {
    const auto with_row = [](const auto& unit) {
      return [&unit](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = "lost"}));
        return unit(tx);
      };
    };
    CHECK(code_of(test.store.write(acme, stopper.options(), with_row(stopped))) == errc::cancelled);
    CHECK(code_of(test.store.write(acme, CallOptions::within(soon), with_row(late))) ==
          errc::deadline_exceeded);
  }
  SUBCASE("of a write in company, whose neighbours stay") {
    auto in_company = patient();
    in_company.writes.max_batch_hold = 10min;
    const TestStore shared{in_company};
    const auto tenant = shared.enter(shared.acme);
    HeldWriter held{shared.store, shared.enter(shared.globex),
                    [](WriteTransaction& tx) -> Result<void> {
                      BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = "stays"}));
                      return success();
                    }};
    std::thread company{[&] {
      CHECK(code_of(tenancy_test::write_queued([&] {
              return shared.store.write(tenant, stopper.options(), stopped);
            })) == errc::cancelled);
    }};
    await_full_queue(shared.store, tenant);
    must(held.finish());
    company.join();
    CHECK(must(ReadRepository<Note>{shared.store, shared.enter(shared.globex)}.count()) == 1);
  }
  check_usable(test);
}

TEST_CASE("a call waits for the longest wait in all, from its first wait on") {
  const CallOptions options;
  const CallLimits limits{options, 10min};
  const auto until = limits.wait_until();
  CHECK(limits.wait_until() == until);
  // Behind any clock's grain.
  while (CallLimits::Clock::now() + 10min <= until) {
  }
  CHECK(limits.wait_until() == until);
}

TEST_CASE("a deadline before the longest wait's end bounds the wait") {
  const CallOptions options = CallOptions::within(1s);
  CHECK(CallLimits{options, 10min}.wait_until() == options.deadline);
  CHECK(CallLimits{options, 1ms}.wait_until() < options.deadline);
}

TEST_CASE("a deadline that is far away, or none, is no limit") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  int number = 0;
  for (const auto& options : {CallOptions{}, CallOptions::within(24h)}) {
    const auto title = std::to_string(++number);
    must(Repository<Note>{test.store, acme, options}.insert({.title = title}));
    CHECK(must(ReadRepository<Note>{test.store, acme, options}.count()) == number);
  }
}
