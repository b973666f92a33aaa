#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"

#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/sanitized.hpp"
#include "support/split_process.hpp"
#include "support/test_store.hpp"

using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::SplitProcess;
using tenancy_test::TestStore;
using tenancy_test::text_from_child;

namespace {

template <class T>
std::string name_of(const tenancy::Result<T>& result) {
  return std::string{result ? "done" : tenancy::to_string(result.error().code())} + " ";
}

/// The library's calls that reach the store, each with what became of it.
std::string use(const TestStore& test, const tenancy::TenantContext& acme) {
  return name_of(ReadRepository<Note>{test.store, acme}.count()) +
         name_of(Repository<Note>{test.store, acme}.insert({.id = "child", .title = "child"})) +
         name_of(test.registry.create({"child", "Child"})) +
         name_of(test.registry.find(test.acme.id));
}

void check_parent_goes_on(const TestStore& test, const std::string& id) {
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = id, .title = id}));
  CHECK(must(ReadRepository<Note>{test.store, acme}.find(id)).has_value());
  CHECK_FALSE(must(ReadRepository<Note>{test.store, acme}.find("child")).has_value());
  CHECK(std::string{test.raw().execAndGet("PRAGMA integrity_check").getText()} == "ok");
}

constexpr const char* all_refused = "forked_process forked_process forked_process forked_process ";

}  // namespace

TEST_CASE("a child that was forked off is refused whatever it asks, and the parent goes on") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "before", .title = "before"}));
  CHECK(text_from_child([&] { return use(test, acme); }) == all_refused);
  check_parent_goes_on(test, "after");
}

// ThreadSanitizer knows no threads that a forked child begins, and ends it with a report.
#ifndef TENANCY_TEST_THREADS_SANITIZED
TEST_CASE("an asynchronous write of a child is refused on a thread of the child's") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const auto unit = [](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "child", .title = "child"}));
    return tenancy::success();
  };
  // From here on the parent has the threads that tell.
  must(tenancy_test::future_write(
           test.store, acme,
           [](WriteTransaction& /*tx*/) -> Result<void> { return tenancy::success(); })
           .get()
           .get());
  CHECK(text_from_child([&]() -> std::string {
          auto told = tenancy_test::future_write(test.store, acme, unit);
          return told.wait_for(std::chrono::minutes{1}) == std::future_status::ready
                     ? name_of(told.get().get())
                     : "never told";
        }) == "forked_process ");
  check_parent_goes_on(test, "after");
}
#endif

TEST_CASE("a child that drops the store leaves the parent's files and locks alone") {
  const tenancy_test::TemporaryFolder folder;
  const std::string file = (folder / "store.db").string();
  std::optional<tenancy::Authority> authority{must(tenancy::open("sqlite:" + file))};
  must(authority->registry().create({"before", "Before"}));
  const auto log_size = std::filesystem::file_size(file + "-wal");
  const auto database_size = std::filesystem::file_size(file);
  REQUIRE(log_size > 0);
  CHECK(text_from_child([&]() -> std::string {
          authority.reset();
          return "dropped";
        }) == "dropped");
  REQUIRE(std::filesystem::exists(file + "-wal"));
  CHECK(std::filesystem::file_size(file + "-wal") == log_size);
  CHECK(std::filesystem::file_size(file) == database_size);
  const auto after = must(authority->registry().create({"after", "After"}));
  CHECK(must(authority->registry().find(after.id)).name == "After");
  CHECK(std::string{SQLite::Database{file}.execAndGet("PRAGMA integrity_check").getText()} == "ok");
}

TEST_CASE("a child that drops a temporary store leaves it to the parent") {
  std::optional<tenancy::Authority> authority{must(tenancy::open("sqlite::memory:"))};
  const auto before = must(authority->registry().create({"before", "Before"}));
  CHECK(text_from_child([&]() -> std::string {
          authority.reset();
          return "dropped";
        }) == "dropped");
  // It opens the file once more.
  const tenancy_test::TemporaryFolder folder;
  must(authority->backup(folder / "copy.db"));
  CHECK(must(authority->registry().find(before.id)).name == "Before");
}

TEST_CASE("a child that was forked off in the midst of a transaction is refused, too") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  std::string said;
  must(test.store.write(acme, [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
    BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "mine", .title = "mine"}));
    said = text_from_child([&] {
      return name_of(ReadRepository<Note>{test.store, acme}.count()) +
             name_of(Repository<Note>{tx}.insert({.id = "child", .title = "child"}));
    });
    return tenancy::success();
  }));
  CHECK(said == "forked_process forked_process ");
  check_parent_goes_on(test, "after");
  CHECK(must(ReadRepository<Note>{test.store, acme}.find("mine")).has_value());
}

// Pages that the parent's lock keeps in their place are replaced under the child.
TEST_CASE("a child that a visitor forks off sees no further row") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const auto globex = test.enter(test.globex);
  const auto fill = [&](const tenancy::TenantContext& context, const std::string& title) {
    must(test.store.write(context, [&](WriteTransaction& tx) -> Result<void> {
      for (int i = 0; i < 500; ++i) {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = title + std::to_string(i)}));
      }
      return tenancy::success();
    }));
  };
  fill(acme, "acme ");
  int seen = 0;
  SplitProcess process;
  const auto visit = [&]() -> Result<void> {
    if (!process.has_split()) {
      process.split();
      if (!process.is_child()) {
        return tenancy::Error{tenancy::errc::cancelled, "the parent has seen enough"};
      }
    } else {
      ++seen;
    }
    return tenancy::success();
  };
  Result<void> outcome = tenancy::success();
  SUBCASE("of a repository") {
    outcome =
        ReadRepository<Note>{test.store, acme}.for_each({}, [&](const Note&) { return visit(); });
  }
  SUBCASE("of scoped SQL") {
    outcome = tenancy::ScopedSql{test.store, acme}.for_each(
        "SELECT title FROM notes", {}, [&](const tenancy::SqlRow&) { return visit(); });
  }
  if (process.is_child()) {
    process.say(name_of(outcome) + std::to_string(seen));
  }
  CHECK(name_of(outcome) == "cancelled ");
  must(Repository<Note>{test.store, acme}.erase_where(tenancy::field<&Note::stars> >= 0));
  fill(globex, "globex ");
  test.run_raw("PRAGMA wal_checkpoint(TRUNCATE)");
  CHECK(process.let_go() == "forked_process 0");
  CHECK(must(ReadRepository<Note>{test.store, globex}.count()) == 500);
  check_parent_goes_on(test, "after");
}

// Without the parent's lock it would write over what others have committed since.
TEST_CASE("a child that a unit forks off commits nothing") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const Repository<Note> of_globex{test.store, test.enter(test.globex)};
  SplitProcess process;
  const auto unit = [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "mine", .title = "mine"}));
    process.split();
    return tenancy::success();
  };
  SUBCASE("on its thread") {
    const auto outcome = test.store.write(acme, unit);
    if (process.is_child()) {
      process.say(name_of(outcome));
    }
    must(outcome);
  }
  SUBCASE("on another thread") {
    std::promise<Result<void>> told;
    test.store.async_write(acme, unit, [&](tenancy::AsyncResult<void> outcome) {
      auto result = std::move(outcome).get();
      if (process.is_child()) {
        process.say(name_of(result));
      }
      told.set_value(std::move(result));
    });
    must(told.get_future().get());
  }
  for (int i = 0; i < 50; ++i) {
    must(of_globex.insert({.id = std::to_string(i), .title = std::to_string(i)}));
  }
  CHECK(process.let_go() == "forked_process ");
  CHECK(must(of_globex.count()) == 50);
  CHECK(must(ReadRepository<Note>{test.store, acme}.find("mine")).has_value());
  check_parent_goes_on(test, "after");
}

TEST_CASE("a child that a unit forks off on the store's thread ends with it") {
  const TestStore test;
  SplitProcess process;
  std::promise<Result<void>> told;
  auto outcome_of_parent = told.get_future();
  // A thread that is in the midst of something leaves what it has locked to the child.
  std::latch is_idle{1};
  test.store.async_write(
      test.enter(test.acme),
      [&](WriteTransaction& /*tx*/) -> Result<void> {
        is_idle.wait();
        process.split();
        if (process.is_child()) {
          // What threads of the parent held would be told as leaks.
          std::atexit([] { ::_exit(EXIT_SUCCESS); });
        }
        return tenancy::success();
      },
      [&](tenancy::AsyncResult<void> outcome) { told.set_value(std::move(outcome).get()); });
  is_idle.count_down();
  must(outcome_of_parent.get());
  // Its thread is the last one there, and no write of the parent's keeps it.
  CHECK(process.let_go().empty());
  check_parent_goes_on(test, "after");
}

// ThreadSanitizer has a child wait for threads that it does not have.
#ifndef TENANCY_TEST_THREADS_SANITIZED
TEST_CASE("a child that a unit forks off on the store's thread waits for none of the others") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  // Has the lock of the store's threads much of the time.
  const std::jthread restless{
      [&test, reader = test.enter(test.acme, tenancy::Scope::read)](const std::stop_token& stop) {
        while (!tenancy_test::is_sanitized && !stop.stop_requested()) {
          static_cast<void>(tenancy_test::future_write(
              test.store, reader,
              [](WriteTransaction&) -> Result<void> { return tenancy::success(); }));
        }
      }};
  // AddressSanitizer has locks of its own, which a child finds as the fork left them: alone, then.
  const int rounds = tenancy_test::is_sanitized ? 1 : 100;
  for (int round = 0; round < rounds; ++round) {
    SplitProcess process;
    must(tenancy_test::future_write(test.store, acme,
                                    [&](WriteTransaction&) -> Result<void> {
                                      process.split();
                                      if (process.is_child()) {
                                        std::atexit([] { ::_exit(EXIT_SUCCESS); });
                                      }
                                      return tenancy::success();
                                    })
             .get()
             .get());
    CHECK(process.let_go().empty());
  }
}
#endif

std::int64_t writes_waiting(const TestStore& test) {
  const auto health = test.authority.health({.write_probe = tenancy::WriteProbe::none});
  for (const auto& figure : health.find("store")->figures) {
    if (figure.name == "writes_waiting") {
      return figure.value;
    }
  }
  return 0;
}

/// Has another thread submit a write, and returns when it waits.
template <class Unit, class Completion>
void submit_elsewhere(const TestStore& test, const tenancy::TenantContext& context, Unit unit,
                      Completion completion) {
  std::thread{[&] {
    test.store.async_write(context, std::move(unit), std::move(completion));
    while (writes_waiting(test) == 0) {
      std::this_thread::yield();
    }
  }}.join();
}

TEST_CASE("a child that a unit forks off runs nothing that waited for the parent") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  SplitProcess process;
  bool has_run = false;
  std::promise<void> told;
  const auto outcome = test.store.write(acme, [&](WriteTransaction& /*tx*/) -> Result<void> {
    submit_elsewhere(
        test, acme,
        [&](WriteTransaction& /*other*/) -> Result<void> {
          has_run = true;
          return tenancy::success();
        },
        [&](const tenancy::AsyncResult<void>& /*result*/) { told.set_value(); });
    process.split();
    return tenancy::success();
  });
  if (process.is_child()) {
    process.say(name_of(outcome) + (has_run ? "ran" : "left"));
  }
  must(outcome);
  told.get_future().get();
  CHECK(has_run);
  CHECK(process.let_go() == "forked_process left");
}

TEST_CASE("a child that somebody else's unit forks off on a thread tells that thread so") {
  tenancy::StoreOptions options;
  // So that both are in one batch, however slow they are.
  options.writes.max_batch_hold = std::chrono::minutes{10};
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  SplitProcess process;
  std::promise<Result<void>> told;
  // Leads the batch, in which the other one forks.
  const auto outcome = test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    submit_elsewhere(
        test, acme,
        [&](WriteTransaction& /*other*/) -> Result<void> {
          process.split();
          return tenancy::success();
        },
        [&](tenancy::AsyncResult<void> result) {
          if (process.is_child()) {
            process.say("another's completion");
          }
          told.set_value(std::move(result).get());
        });
    BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "mine", .title = "mine"}));
    return tenancy::success();
  });
  if (process.is_child()) {
    process.say(name_of(outcome));
  }
  must(outcome);
  must(told.get_future().get());
  CHECK(process.let_go() == "forked_process ");
  CHECK(must(ReadRepository<Note>{test.store, acme}.find("mine")).has_value());
  check_parent_goes_on(test, "after");
}

TEST_CASE("a child may open a store of its own") {
  const TestStore test;
  const tenancy_test::TemporaryFolder folder;
  CHECK(text_from_child([&]() -> std::string {
          // What fails is said here: a failed requirement would be printed by nobody.
          const auto own = tenancy::open("sqlite:" + (folder / "own.db").string());
          return own ? name_of(own.value().registry().create({"child", "Child"}))
                     : own.error().to_string();
        }) == "done ");
  check_parent_goes_on(test, "after");
}

// What the child's SQLite remembers of the parent's locks is not true of the child. It would write
// without a lock, into a log that the parent removes as it closes.
TEST_CASE("a child may not open anew what was open when it was forked off") {
  const TestStore test;
  CHECK(text_from_child([&] {
          return name_of(tenancy::open(test.url(), {.migrations = tenancy_test::test_schema()}));
        }) == "forked_process ");
  check_parent_goes_on(test, "after");
}
