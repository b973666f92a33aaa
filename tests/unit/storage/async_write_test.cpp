#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/held_writer.hpp"
#include "support/report_log.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::AsyncResult;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Error;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::future_write;
using tenancy_test::HeldWriter;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::ReportLog;
using tenancy_test::Stopper;
using tenancy_test::TestStore;

namespace {

using namespace std::chrono_literals;

Result<Note> insert_note(WriteTransaction& transaction, const std::string& id) {
  return Repository<Note>{transaction}.insert({.id = id, .title = id});
}

/// A unit that inserts one note.
auto inserting(const std::string& id) {
  return [id](WriteTransaction& tx) { return insert_note(tx, id); };
}

tenancy::StoreOptions patient(std::shared_ptr<ReportLog> log = nullptr) {
  tenancy::StoreOptions options{.max_wait = 10min, .observer = std::move(log)};
  options.writes.max_batch_hold = 10min;
  options.writes.max_unit_hold = 10min;
  return options;
}

}  // namespace

TEST_CASE("an asynchronous write tells its completion what the unit returned") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const Note stored = must(future_write(test.store, acme, inserting("a")).get().get());
  CHECK(must(ReadRepository<Note>{test.store, acme}.require("a")) == stored);
}

TEST_CASE("an asynchronous write that fails or throws is rolled back and says why") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  auto outcome = future_write(test.store, acme,
                              [](WriteTransaction& tx) -> Result<void> {
                                BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
                                return Error{errc::invalid_argument, "the unit's own"};
                              })
                     .get()
                     .get();
  CHECK(code_of(outcome) == errc::invalid_argument);
  CHECK(outcome.error().message() == "the unit's own");

  auto thrown = future_write(test.store, acme, [](WriteTransaction& tx) -> Result<void> {
                  must(insert_note(tx, "lost"));
                  throw std::runtime_error{"the host's own"};
                }).get();
  CHECK_THROWS_WITH_AS(static_cast<void>(std::move(thrown).get()), "the host's own",
                       std::runtime_error);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

TEST_CASE("what is refused at once is completed too, and not from within the call") {
  const TestStore test;
  const TestStore other;
  const auto reader = test.enter(test.acme, tenancy::Scope::read);
  const auto foreign = other.enter(other.acme);
  const auto here = std::this_thread::get_id();
  for (const auto& [context, expected] :
       {std::pair{reader, errc::access_denied}, std::pair{foreign, errc::foreign_context}}) {
    for (int i = 0; i < 200; ++i) {
      const Stopper stopper;
      std::promise<errc> told;
      auto code = told.get_future();
      std::thread::id where;
      test.store.async_write(context, stopper.options(), inserting("x"),
                             [&where, told = std::move(told)](AsyncResult<Note> result) mutable {
                               where = std::this_thread::get_id();
                               told.set_value(code_of(std::move(result).get()));
                             });
      CHECK(code.get() == expected);
      CHECK(where != here);
    }
  }
}

TEST_CASE("an asynchronous write ends when its limits do while it waits") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  HeldWriter held{test.store, test.enter(test.globex)};
  std::atomic<int> runs = 0;
  const auto counting = [&runs](WriteTransaction&) -> Result<void> {
    ++runs;
    return success();
  };
  const Stopper stopper;
  auto stopped = future_write(test.store, acme, stopper.options(), counting);
  auto late = future_write(test.store, acme, CallOptions::within(10ms), counting);
  auto too_late = future_write(test.store, acme, CallOptions::within(-1ms), counting);
  const Stopper stopped_before;
  stopped_before.request_stop();
  auto hopeless = future_write(test.store, acme, stopped_before.options(), counting);

  CHECK(code_of(late.get().get()) == errc::deadline_exceeded);
  CHECK(code_of(too_late.get().get()) == errc::deadline_exceeded);
  CHECK(code_of(hopeless.get().get()) == errc::cancelled);
  stopper.request_stop();
  CHECK(code_of(stopped.get().get()) == errc::cancelled);
  CHECK(runs == 0);
  must(held.finish());
  must(future_write(test.store, acme, counting).get().get());
}

TEST_CASE("an asynchronous write that was stopped before it was made never waits") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  HeldWriter held{test.store, test.enter(test.globex)};
  // Who looks whether a write was stopped is about all the time, and may look right before there is
  // one to look at.
  std::atomic<bool> is_over = false;
  std::thread restless{[&test, &is_over, reader = test.enter(test.acme, tenancy::Scope::read)] {
    while (!is_over) {
      static_cast<void>(future_write(test.store, reader, inserting("refused")));
    }
  }};
  for (int i = 0; i < 2000; ++i) {
    const Stopper stopper;
    stopper.request_stop();
    CHECK(code_of(future_write(test.store, acme, stopper.options(), inserting("x")).get().get()) ==
          errc::cancelled);
  }
  is_over = true;
  restless.join();
}

TEST_CASE("an asynchronous write ends in time though another one waits on for another process") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  auto other_process = test.raw();
  other_process.exec("BEGIN IMMEDIATE");
  auto waits_on = future_write(test.store, acme, inserting("patient"));
  auto late = future_write(test.store, acme, CallOptions::within(10ms), inserting("late"));
  CHECK(code_of(late.get().get()) == errc::deadline_exceeded);
  const auto reader = test.enter(test.acme, tenancy::Scope::read);
  CHECK(code_of(future_write(test.store, reader, inserting("x")).get().get()) ==
        errc::access_denied);
  other_process.exec("ROLLBACK");
  must(waits_on.get().get());
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 1);
}

TEST_CASE("an asynchronous write ends in time though one that may wait for longer came after it") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  HeldWriter held{test.store, test.enter(test.globex)};
  auto late = future_write(test.store, acme, CallOptions::within(100ms), inserting("late"));
  auto waits_on = future_write(test.store, acme, inserting("patient"));
  CHECK(code_of(late.get().get()) == errc::deadline_exceeded);
  must(held.finish());
  must(waits_on.get().get());
}

TEST_CASE("an asynchronous write waits for its turn no longer than the longest wait") {
  TestStore test{{.max_wait = 20ms}};
  HeldWriter held{test.store, test.enter(test.globex)};
  CHECK(code_of(future_write(test.store, test.enter(test.acme), inserting("x")).get().get()) ==
        errc::overloaded);
}

TEST_CASE("thousands of writes of one thread are each completed once") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  constexpr int count = 5000;
  std::vector<std::atomic<int>> completions(count);
  std::atomic<int> kept = 0;
  std::atomic<int> refused = 0;
  std::latch all{count};
  for (int i = 0; i < count; ++i) {
    test.store.async_write(acme, inserting(std::to_string(i)), [&, i](AsyncResult<Note> result) {
      const auto outcome = std::move(result).get();
      ++completions[static_cast<std::size_t>(i)];
      if (outcome) {
        ++kept;
      } else if (outcome.error() == errc::overloaded) {
        ++refused;
      }
      all.count_down();
    });
  }
  all.wait();
  CHECK(kept + refused == count);
  CHECK(kept >= 256);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == kept);
  for (const auto& one : completions) {
    CHECK(one == 1);
  }
}

TEST_CASE("beyond the bound of a tenant asynchronous writes are refused") {
  auto options = patient();
  options.writes.max_waiting_per_tenant = 10;
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  HeldWriter held{test.store, test.enter(test.globex)};
  std::vector<std::future<AsyncResult<Note>>> all;
  all.reserve(1000);
  for (int i = 0; i < 1000; ++i) {
    all.push_back(future_write(test.store, acme, inserting(std::to_string(i))));
  }
  for (std::size_t i = 10; i < all.size(); ++i) {
    CHECK(code_of(all[i].get().get()) == errc::overloaded);
  }
  must(held.finish());
  for (std::size_t i = 0; i < 10; ++i) {
    must(all[i].get().get());
  }
}

TEST_CASE("a write that succeeds at first and throws when it runs again is told as not committed") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log)};
  test.run_raw(
      "CREATE TRIGGER bomb BEFORE INSERT ON notes WHEN new.title = 'bomb' "
      "BEGIN SELECT RAISE(ROLLBACK, 'boom'); END");
  const auto acme = test.enter(test.acme);
  HeldWriter held{test.store, test.enter(test.globex)};
  int runs = 0;
  auto twice = future_write(test.store, acme, [&](WriteTransaction& tx) -> Result<Note> {
    if (++runs > 1) {
      throw std::runtime_error{"again"};
    }
    return insert_note(tx, "lost");
  });
  auto bomb = future_write(test.store, acme, inserting("bomb"));
  must(held.finish());
  CHECK_THROWS_AS(static_cast<void>(twice.get().get()), std::runtime_error);
  CHECK_FALSE(bomb.get().get().has_value());
  CHECK(runs == 2);
  for (const auto& report : log->transactions()) {
    const bool is_of_acme = report.tenant == test.acme.id;
    CHECK_FALSE((is_of_acme && report.kind == tenancy::TransactionKind::write && report.committed));
  }
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

TEST_CASE("asynchronous and waited-for writes share a commit") {
  const auto log = std::make_shared<ReportLog>();
  auto options = patient(log);
  options.writes.max_waiting_per_tenant = 8;
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  log->forget_batches();
  std::vector<std::future<AsyncResult<Note>>> done;
  std::vector<std::thread> threads;
  HeldWriter held{test.store, test.enter(test.globex)};
  for (int i = 0; i < 4; ++i) {
    done.push_back(future_write(test.store, acme, inserting("async" + std::to_string(i))));
    threads.emplace_back([&, i] {
      must(tenancy_test::write_queued(
          [&] { return test.store.write(acme, inserting("waits" + std::to_string(i))); }));
    });
  }
  tenancy_test::await_full_queue(test.store, acme);
  must(held.finish());
  for (auto& thread : threads) {
    thread.join();
  }
  for (auto& one : done) {
    must(one.get().get());
  }
  const auto batches = log->await_transactions(9);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].transactions == 9);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 8);
}

TEST_CASE("each asynchronous write is reported to the observer") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{{.observer = log}};
  const auto before = log->transactions().size();
  must(future_write(test.store, test.enter(test.acme), inserting("a")).get().get());
  static_cast<void>(future_write(test.store, test.enter(test.acme), inserting("a")).get().get());
  const auto reports = log->transactions();
  REQUIRE(reports.size() == before + 2);
  CHECK(reports[before].committed);
  CHECK(reports[before].tenant == test.acme.id);
  CHECK_FALSE(reports[before + 1].committed);
}

namespace {

/// A store of its own, of which the test holds the only handles.
struct OwnStore {
  tenancy_test::TemporaryFolder folder;
  std::optional<tenancy::Authority> authority;
  std::optional<tenancy::Store> store;
  std::optional<tenancy::TenantContext> acme;

  OwnStore() {
    open();
    const auto tenant = must(authority->registry(tenancy_test::tester()).create({"acme", "Acme"}));
    acme = must(authority->enter(tenant.id, tenancy_test::tester()));
  }
  void open() {
    authority.emplace(must(tenancy::open("sqlite:" + (folder / "store.db").string(),
                                         {.migrations = tenancy_test::test_schema()})));
    store = authority->store();
  }
  void drop() {
    store.reset();
    authority.reset();
  }
  [[nodiscard]] int notes() const {
    return SQLite::Database{(folder / "store.db").string(), SQLite::OPEN_READWRITE, 60'000}
        .execAndGet("SELECT count(*) FROM notes")
        .getInt();
  }
};

}  // namespace

TEST_CASE("writes that are under way complete though the last handle is dropped") {
  OwnStore own;
  std::latch in_unit{1};
  std::latch go_on{1};
  std::vector<std::future<AsyncResult<Note>>> done;
  done.push_back(future_write(*own.store, *own.acme, [&](WriteTransaction& tx) {
    in_unit.count_down();
    go_on.wait();
    return insert_note(tx, "first");
  }));
  in_unit.wait();
  for (int i = 0; i < 50; ++i) {
    done.push_back(future_write(*own.store, *own.acme, inserting(std::to_string(i))));
  }
  own.drop();
  go_on.count_down();
  for (auto& one : done) {
    must(one.get().get());
  }
  CHECK(own.notes() == 51);
}

TEST_CASE("the last handle may be dropped by the completion") {
  for (int i = 0; i < 20; ++i) {
    OwnStore own;
    std::promise<void> told;
    auto done = told.get_future();
    auto handle = std::make_unique<tenancy::Store>(*own.store);
    const auto store = *own.store;
    store.async_write(*own.acme, inserting("a"),
                      [handle = std::move(handle), authority = std::move(own.authority),
                       told = std::move(told)](AsyncResult<Note> result) mutable {
                        must(std::move(result).get());
                        handle.reset();
                        authority.reset();
                        told.set_value();
                      });
    own.store.reset();
    done.get();
    CHECK(own.notes() == 1);
  }
}

TEST_CASE("a store can be opened again at once after it was closed on its own thread") {
  OwnStore own;
  for (int i = 0; i < 10; ++i) {
    auto done = future_write(*own.store, *own.acme, inserting(std::to_string(i)));
    own.drop();
    must(done.get().get());
    own.open();
    const auto tenant =
        must(own.authority->registry(tenancy_test::tester()).list({})).items.front();
    own.acme = must(own.authority->enter(tenant.id, tenancy_test::tester()));
  }
  CHECK(own.notes() == 10);
}

TEST_CASE("what an asynchronous write holds is let go once it has been completed") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  for (int i = 0; i < 10; ++i) {
    std::promise<void> let_go;
    auto gone = let_go.get_future();
    const auto lets_go = [](std::promise<void>* promise) { promise->set_value(); };
    std::shared_ptr<std::promise<void>> held{&let_go, lets_go};
    auto done = future_write(test.store, acme, [held = std::move(held), i](WriteTransaction& tx) {
      return insert_note(tx, std::to_string(i));
    });
    must(done.get().get());
    gone.get();
  }
}

TEST_CASE("a completion of what was refused may submit more than may wait to be told so") {
  const TestStore test;
  const auto reader = test.enter(test.acme, tenancy::Scope::read);
  constexpr int count = 2000;
  int told = 0;
  std::promise<void> all;
  test.store.async_write(reader, inserting("x"), [&](AsyncResult<Note> /*first*/) {
    for (int i = 0; i < count; ++i) {
      test.store.async_write(reader, inserting("x"), [&](AsyncResult<Note> result) {
        CHECK(code_of(std::move(result).get()) == errc::access_denied);
        if (++told == count) {
          all.set_value();
        }
      });
    }
  });
  all.get_future().get();
}

TEST_CASE("who is refused faster than it can be told waits") {
  const TestStore test;
  const auto reader = test.enter(test.acme, tenancy::Scope::read);
  // Those that wait to be told, and as many that are being told.
  constexpr int bound = 2 * 1024;
  constexpr int count = 5 * bound;
  std::atomic<int> begun = 0;
  int told = 0;
  int most = 0;
  std::promise<void> all;
  for (int i = 0; i < count; ++i) {
    ++begun;
    test.store.async_write(reader, inserting("x"), [&](const AsyncResult<Note>& /*refused*/) {
      // The first one until as many have come as may, and for long enough that more could have.
      while (told == 0 && begun <= bound / 2) {
        std::this_thread::yield();
      }
      for (int pause = 0; told == 0 && pause < 200; ++pause) {
        std::this_thread::yield();
      }
      most = std::max(most, begun - told);
      if (++told == count) {
        all.set_value();
      }
    });
  }
  all.get_future().get();
  CHECK(most <= bound + 2);
}

TEST_CASE("a completion may submit the next write") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  constexpr int count = 100;
  std::promise<void> all;
  auto done = all.get_future();
  struct Chain {
    const TestStore& test;
    const tenancy::TenantContext& acme;
    std::promise<void>& all;
    void step(int i) {
      test.store.async_write(acme, inserting(std::to_string(i)),
                             [this, i](AsyncResult<Note> result) {
                               must(std::move(result).get());
                               if (i + 1 < count) {
                                 step(i + 1);
                               } else {
                                 all.set_value();
                               }
                             });
    }
  };
  Chain chain{test, acme, all};
  chain.step(0);
  done.get();
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == count);
}
