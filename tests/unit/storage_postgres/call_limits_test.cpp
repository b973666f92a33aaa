// When calls end that may not go on or have to wait, on a server that many use at the same time.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <latch>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/registry/health.hpp"

#include "support/future_write.hpp"
#include "unit/storage_postgres/notes_fixture.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::Locked;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::NotesFixture;

TEST_CASE("a call ends at its deadline, however long the server would take, and leaves nothing") {
  const NotesFixture fixture;
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  {
    const Locked locked{fixture};
    // What is locked stays so until all of them have ended.
    const Repository<Note> notes{fixture.test.store, fixture.acme, CallOptions::within(200ms)};
    CHECK(code_of(notes.require("a")) == errc::deadline_exceeded);
    const auto insert =
        Repository<Note>{fixture.test.store, fixture.acme, CallOptions::within(200ms)}.insert(
            {.id = "b", .title = "b"});
    CHECK(code_of(insert) == errc::deadline_exceeded);
    CHECK(code_of(fixture.test.store.write(
              fixture.acme, CallOptions::within(200ms), [](WriteTransaction& tx) -> Result<void> {
                BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "c", .title = "c"}));
                return tenancy::success();
              })) == errc::deadline_exceeded);
  }
  CHECK(must(fixture.notes().count()) == 1);
  must(fixture.notes().insert({.id = "b", .title = "b"}));
}

TEST_CASE("a call that is stopped ends, and so does its statement on the server") {
  const NotesFixture fixture;
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  const Locked locked{fixture};
  const auto admin = fixture.admin();
  const auto waits = [&admin] {
    return admin.value(
               "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tenancy_app' AND "
               "datname = current_database() AND wait_event_type = 'Lock'") != "0";
  };
  std::stop_source stop;
  std::thread stopper{[&] {
    while (!waits()) {
      std::this_thread::yield();
    }
    stop.request_stop();
  }};
  // The lock stays until the end of the test: nothing but the stop ends the call with this code.
  const Repository<Note> notes{fixture.test.store, fixture.acme, {.stop = stop.get_token()}};
  CHECK(code_of(notes.require("a")) == errc::cancelled);
  stopper.join();
  // The server looks every other second whether anybody is still there.
  admin.run("SET statement_timeout = '60s'");
  admin.run(
      "DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'tenancy_app' AND "
      "datname = current_database() AND wait_event_type = 'Lock') LOOP "
      "PERFORM pg_sleep(0.05), pg_stat_clear_snapshot(); END LOOP; END $$");
}

TEST_CASE("a context that expires while its call waits for a connection opens nothing") {
  std::atomic<bool> waits = false;
  tenancy::StoreOptions options;
  options.max_wait = 60s;
  options.writes.weight = [&](tenancy::TenantId) -> std::uint32_t {
    // Whoever asks for its turn has been looked at.
    waits = true;
    return 1;
  };
  const NotesFixture fixture{options, {.max_connections = 1}};
  const auto expires = fixture.test.clock->now() + std::chrono::minutes{1};
  const auto issued = must(
      fixture.test.registry.issue_key(fixture.test.acme.id, {.name = "ci", .expires_at = expires}));
  const auto context =
      must(fixture.test.authority.authenticator().authenticate(issued.text.unsafe_text()));
  const Repository<Note> notes{fixture.test.store, context};
  must(notes.insert({.id = "a", .title = "a"}));
  std::future<errc> waiting;
  must(fixture.test.store.write(fixture.globex, [&](WriteTransaction& tx) -> Result<void> {
    must(Repository<Note>{tx}.count());
    waits = false;
    waiting = std::async(std::launch::async, [&] { return code_of(notes.require("a")); });
    while (!waits) {
      std::this_thread::yield();
    }
    fixture.test.clock->set(expires);
    return tenancy::success();
  }));
  CHECK(waiting.get() == errc::stale_context);
}

TEST_CASE("a write that waits for its next statement for too long is ended on both sides") {
  const NotesFixture fixture{{.max_snapshot_age = 100ms, .writes = {.max_unit_hold = 100ms}},
                             {.max_connections = 2}};
  const auto admin = fixture.admin();
  const std::string open_ones =
      "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND "
      "usename = 'tenancy_app' AND datname = current_database()";
  const auto outcome =
      fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "a", .title = "a"}));
        CHECK(admin.value(open_ones) == "1");
        while (admin.value(open_ones) != "0") {
          // The server ends it by itself, a second behind the library's own bound.
        }
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
        return tenancy::success();
      });
  CHECK(code_of(outcome) == errc::hold_budget_exceeded);
  CHECK(must(fixture.notes().count()) == 0);
  CHECK(must(Repository<Note>{fixture.test.store, fixture.globex}.count()) == 0);
}

TEST_CASE("a write that holds on for too long is ended, and a read that keeps its view as well") {
  tenancy::StoreOptions options;
  options.writes.max_unit_hold = 500ms;
  options.max_snapshot_age = 500ms;
  const NotesFixture fixture{options};
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  CHECK(code_of(fixture.test.store.write(fixture.acme, [](WriteTransaction& tx) -> Result<void> {
          // One statement after the other, until one is refused.
          for (int number = 0;; ++number) {
            const auto id = "b" + std::to_string(number);
            BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id}));
          }
        })) == errc::hold_budget_exceeded);
  CHECK(code_of(fixture.test.store.read(fixture.acme, [](ReadTransaction& tx) -> Result<void> {
          while (true) {
            BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.count());
          }
        })) == errc::snapshot_too_old);
  CHECK(must(fixture.notes().count()) == 1);
}

TEST_CASE("a tenant that takes all connections does not keep others from theirs") {
  tenancy::postgres::PostgresOptions few;
  few.max_connections = 2;
  const NotesFixture fixture{{.max_wait = 300ms}, few};
  must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& tx) -> Result<void> {
    must(tenancy::ReadRepository<Note>{tx}.count());
    return fixture.test.store.read(fixture.acme, [&](ReadTransaction& inner) -> Result<void> {
      must(tenancy::ReadRepository<Note>{inner}.count());
      // There are no more, and the wait has an end.
      CHECK(code_of(fixture.notes().count()) == errc::overloaded);
      return tenancy::success();
    });
  }));
  CHECK(must(fixture.notes().count()) == 0);
}

TEST_CASE("of tenants that want more than there are connections, each gets its share") {
  tenancy::postgres::PostgresOptions two;
  two.max_connections = 2;
  const NotesFixture fixture{{.max_wait = 60s}, two};
  std::atomic<bool> stops = false;
  std::atomic<int> flood = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      while (!stops) {
        must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& tx) -> Result<void> {
          for (int count = 0; count < 5; ++count) {
            BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.count());
          }
          return tenancy::success();
        }));
        ++flood;
      }
    });
  }
  const Repository<Note> other{fixture.test.store, fixture.globex};
  // Behind all that wait it would have its turn after eight of theirs.
  constexpr int reads = 40;
  while (flood < 20) {
    std::this_thread::yield();
  }
  const int before = flood;
  for (int i = 0; i < reads; ++i) {
    must(other.count());
  }
  const int meanwhile = flood - before;
  stops = true;
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(meanwhile < 4 * reads);
}

namespace {

/// A read that holds a connection until it is let go.
class HeldConnection {
 public:
  HeldConnection(const NotesFixture& fixture, const tenancy::TenantContext& context)
      : done_{std::async(std::launch::async, [this, &fixture, context] {
          return fixture.test.store.read(context, [this](ReadTransaction& tx) -> Result<void> {
            must(tenancy::ReadRepository<Note>{tx}.count());
            held_.count_down();
            let_go_.wait();
            return tenancy::success();
          });
        })} {
    held_.wait();
  }
  void let_go() {
    let_go_.count_down();
    must(done_.get());
  }

 private:
  std::latch held_{1};
  std::latch let_go_{1};
  std::future<Result<void>> done_;
};

void await_waiting_calls(const NotesFixture& fixture, std::int64_t count) {
  const auto waiting = [&] {
    const auto report = fixture.test.authority.health({.write_probe = tenancy::WriteProbe::none});
    for (const auto& figure : report.find("store")->figures) {
      if (figure.name == "connections_waited_for") {
        return figure.value;
      }
    }
    return std::int64_t{-1};
  };
  while (waiting() != count) {
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a tenant that has its share of the connections gets no further one before others") {
  unsigned share = 0;
  std::string expected;
  SUBCASE("which is half of them") {
    share = 50;
    expected = "globex acme ";
  }
  SUBCASE("which is all of them") {
    share = 100;
    expected = "acme globex ";
  }
  const NotesFixture fixture{{.max_wait = 60s}, {.max_connections = 4, .max_tenant_share = share}};
  HeldConnection first{fixture, fixture.acme};
  HeldConnection second{fixture, fixture.acme};
  HeldConnection third{fixture, fixture.globex};
  HeldConnection fourth{fixture, fixture.globex};
  std::mutex mutex;
  std::string order;
  const auto wait_for_one = [&](const tenancy::TenantContext& context, const char* name) {
    return std::async(std::launch::async, [&, context, name] {
      return fixture.test.store.read(context, [&](ReadTransaction& tx) -> Result<void> {
        const std::scoped_lock lock{mutex};
        order += name;
        BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.count());
        return tenancy::success();
      });
    });
  };
  auto of_acme = wait_for_one(fixture.acme, "acme ");
  await_waiting_calls(fixture, 1);
  auto of_globex = wait_for_one(fixture.globex, "globex ");
  await_waiting_calls(fixture, 2);
  fourth.let_go();
  must(of_globex.get());
  must(of_acme.get());
  CHECK(order == expected);
  first.let_go();
  second.let_go();
  third.let_go();
}

TEST_CASE("of one tenant only so many calls wait for a connection, reads too") {
  tenancy::StoreOptions options;
  options.max_wait = 60s;
  options.writes.max_waiting_per_tenant = 1;
  const NotesFixture fixture{options, {.max_connections = 1}};
  HeldConnection held{fixture, fixture.globex};
  auto first = std::async(std::launch::async, [&] { return fixture.notes().count(); });
  await_waiting_calls(fixture, 1);
  CHECK(code_of(fixture.notes().count()) == errc::overloaded);
  CHECK(code_of(fixture.notes().insert({.id = "a", .title = "a"})) == errc::overloaded);
  CHECK(code_of(fixture.test.store.read(fixture.acme, [](ReadTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.count());
          return tenancy::success();
        })) == errc::overloaded);
  held.let_go();
  CHECK(must(first.get()) == 0);
}

TEST_CASE(
    "who waits for a connection is told at its deadline, and a connection is free afterwards") {
  tenancy::postgres::PostgresOptions one;
  one.max_connections = 1;
  const NotesFixture fixture{{}, one};
  must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& tx) -> Result<void> {
    must(tenancy::ReadRepository<Note>{tx}.count());
    const auto waiting = CallOptions::within(50ms);
    CHECK(code_of(Repository<Note>{fixture.test.store, fixture.globex, waiting}.count()) ==
          errc::deadline_exceeded);
    CHECK(code_of(Repository<Note>{fixture.test.store, fixture.globex, waiting}.insert(
              {.id = "a", .title = "a"})) == errc::deadline_exceeded);
    std::stop_source stop;
    stop.request_stop();
    CHECK(code_of(Repository<Note>{fixture.test.store, fixture.globex, {.stop = stop.get_token()}}
                      .count()) == errc::cancelled);
    return tenancy::success();
  }));
  CHECK(must(Repository<Note>{fixture.test.store, fixture.globex}.count()) == 0);
}

TEST_CASE("an asynchronous write that waits ends at its deadline, or when it is stopped") {
  tenancy::StoreOptions patient;
  patient.max_wait = 60s;
  patient.writes.max_unit_hold = 60s;
  const NotesFixture fixture{patient};
  std::promise<void> opens;
  const auto gate = opens.get_future().share();
  std::atomic<int> begun = 0;
  std::atomic<int> ran = 0;
  const auto& store = fixture.test.store;
  // As many as run at once.
  std::vector<std::future<tenancy::AsyncResult<void>>> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(tenancy_test::future_write(store, fixture.acme,
                                              [gate, &begun](WriteTransaction& tx) -> Result<void> {
                                                BOOST_OUTCOME_TRY(Repository<Note>{tx}.count());
                                                ++begun;
                                                gate.wait();
                                                return tenancy::success();
                                              }));
  }
  while (begun < 4) {
    std::this_thread::yield();
  }
  const auto run = [&ran](WriteTransaction&) -> Result<void> {
    ++ran;
    return tenancy::success();
  };
  std::stop_source stop;
  auto late = tenancy_test::future_write(store, fixture.globex, CallOptions::within(100ms), run);
  auto stopped = tenancy_test::future_write(store, fixture.globex, {.stop = stop.get_token()}, run);
  CHECK(code_of(late.get().get()) == errc::deadline_exceeded);
  stop.request_stop();
  CHECK(code_of(stopped.get().get()) == errc::cancelled);
  opens.set_value();
  for (auto& write : held) {
    must(write.get().get());
  }
  CHECK(ran == 0);
}
