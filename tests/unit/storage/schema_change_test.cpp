// A change of the schema among writes: it has a transaction of its own, in its turn.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/backend.hpp"
#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/held_writer.hpp"
#include "support/split_process.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy::detail::ControlSession;
using tenancy::detail::schema_change;
using tenancy::detail::ScriptOwner;
using tenancy::detail::StoreAccess;
using tenancy::detail::StoreBackend;
using tenancy_test::code_of;
using tenancy_test::future_write;
using tenancy_test::HeldWriter;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::SplitProcess;
using tenancy_test::TestStore;

namespace {

using namespace std::chrono_literals;

constexpr const char* add_table = "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT";

Result<void> insert_note(WriteTransaction& tx, const std::string& id) {
  BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id}));
  return success();
}

Result<void> add_extra(StoreBackend& store, const CallOptions& options) {
  return schema_change(store, options, [](ControlSession& session) {
    return session.run_script(add_table, ScriptOwner::host);
  });
}

std::size_t writes_waiting(StoreBackend& store) { return must(store.status({})).writes_waiting; }

void await_waiting(StoreBackend& store, std::size_t count) {
  while (writes_waiting(store) < count) {
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a change of the schema waits for the batch before it, and those behind wait for it") {
  const TestStore test{{.max_wait = 10min}};
  const auto acme = test.enter(test.acme);
  const auto store = StoreAccess::backend(test.store);
  HeldWriter held{test.store, acme, [](WriteTransaction& tx) { return insert_note(tx, "first"); }};
  auto before = future_write(test.store, acme,
                             [](WriteTransaction& tx) { return insert_note(tx, "before"); });
  await_waiting(*store, 1);
  Result<void> changed = success();
  std::thread changing{[&] { changed = add_extra(*store, {}); }};
  await_waiting(*store, 2);
  auto behind = future_write(test.store, acme,
                             [](WriteTransaction& tx) { return insert_note(tx, "behind"); });
  await_waiting(*store, 3);
  must(held.finish());
  must(before.get().get());
  must(behind.get().get());
  changing.join();
  must(changed);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 3);
  CHECK(test.raw().tableExists("extra"));
}

TEST_CASE("a change of the schema waits for room in the log like any write") {
  constexpr std::size_t ceiling = std::size_t{512} << 10U;
  // For longer than the log is moved by force.
  tenancy::StoreOptions options{.max_wait = 500ms};
  options.wal.checkpoint_bytes = ceiling / 4;
  options.wal.max_bytes = ceiling;
  const TestStore test{options};
  const Repository<Note> notes{test.store, test.enter(test.acme)};
  must(notes.insert({.title = "seen by the reader"}));
  const auto store = StoreAccess::backend(test.store);
  {
    auto reader = test.raw();
    reader.exec("BEGIN");
    static_cast<void>(reader.execAndGet("SELECT count(*) FROM notes"));
    Result<void> written = success();
    for (int i = 0; written && i < 1000; ++i) {
      written = test.store.write(test.enter(test.acme), [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert(
            {.title = std::to_string(i), .link = std::string(std::size_t{16} << 10U, 'x')}));
        return success();
      });
    }
    REQUIRE(code_of(written) == errc::overloaded);
    CHECK(code_of(add_extra(*store, {})) == errc::overloaded);
    CHECK_FALSE(test.raw().tableExists("extra"));
  }
  Result<void> changed = success();
  do {
    changed = add_extra(*store, {});
  } while (!changed && changed.error() == errc::overloaded);
  must(changed);
  CHECK(test.raw().tableExists("extra"));
}

TEST_CASE("a child that a change of the schema forks off commits nothing") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  SplitProcess process;
  const auto changed =
      schema_change(*StoreAccess::backend(test.store), {}, [&](ControlSession& session) {
        auto outcome = session.run_script(add_table, ScriptOwner::host);
        process.split();
        return outcome;
      });
  if (process.is_child()) {
    process.say(changed ? "done" : std::string{tenancy::to_string(changed.error().code())});
  }
  must(changed);
  // What the child would write over with its own commit.
  for (int i = 0; i < 50; ++i) {
    const std::string id = std::to_string(i);
    must(Repository<Note>{test.store, acme}.insert({.id = id, .title = id}));
  }
  CHECK(process.let_go() == "forked_process");
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 50);
  CHECK(std::string{test.raw().execAndGet("PRAGMA integrity_check").getText()} == "ok");
}
