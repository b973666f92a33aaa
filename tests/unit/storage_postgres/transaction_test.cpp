// What transactions promise, on a server that many use at the same time.

#include <atomic>
#include <chrono>
#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;
using tenancy_test::TestStore;

namespace {

struct Fixture {
  explicit Fixture(tenancy::StoreOptions options = {},
                   tenancy::postgres::PostgresOptions postgres = {})
      : Fixture{std::make_unique<PostgresPlace>(
            tenancy::OpenOptions{.migrations = tenancy_test::test_schema(),
                                 .store = std::move(options)},
            postgres)} {}

  [[nodiscard]] Repository<Note> notes() const { return Repository<Note>{test.store, acme}; }
  [[nodiscard]] RawSession admin() const { return RawSession{place.database().admin_url()}; }

  const PostgresPlace& place;
  TestStore test;
  tenancy::TenantContext acme;
  tenancy::TenantContext globex;

 private:
  explicit Fixture(std::unique_ptr<PostgresPlace> its_place)
      : place{*its_place},
        test{std::move(its_place)},
        acme{test.enter(test.acme)},
        globex{test.enter(test.globex)} {}
};

/// Holds rows of `notes` for as long as it lives, as another program would.
class Locked {
 public:
  explicit Locked(const Fixture& fixture) : session_{fixture.place.database().admin_url()} {
    session_.run("BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
  }

 private:
  RawSession session_;
};

}  // namespace

TEST_CASE("a statement that fails undoes itself, and the transaction goes on") {
  const Fixture fixture;
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  must(fixture.test.store.write(fixture.acme, [](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    must(notes.insert({.id = "b", .title = "b"}));
    CHECK(code_of(notes.insert({.id = "c", .title = "a"})) == errc::already_exists);
    CHECK(must(notes.count()) == 2);
    CHECK(code_of(notes.insert({.id = "d", .title = "d", .stars = -1})) ==
          errc::constraint_violation);
    CHECK(code_of(notes.insert({.id = "e", .title = "b"})) == errc::already_exists);
    must(notes.insert({.id = "f", .title = "f"}));
    CHECK(code_of(notes.insert({.id = "f", .title = "g"})) == errc::already_exists);
    return tenancy::success();
  }));
  CHECK(must(fixture.notes().count()) == 3);
}

TEST_CASE("several rows are kept as a whole or not at all, whatever the transaction does then") {
  const Fixture fixture;
  must(fixture.test.store.write(fixture.acme, [](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    must(notes.insert({.id = "a", .title = "a"}));
    CHECK(code_of(notes.insert_many({{.id = "b", .title = "b"}, {.id = "c", .title = "a"}})) ==
          errc::already_exists);
    CHECK(must(notes.count()) == 1);
    must(notes.insert_many({{.id = "d", .title = "d"}, {.id = "e", .title = "e"}}));
    return tenancy::success();
  }));
  CHECK(must(fixture.notes().count()) == 3);
}

TEST_CASE("who writes keeps its tenant from being suspended meanwhile, who reads does not") {
  const Fixture fixture;
  const auto admin = fixture.admin();
  const auto is_free = [&] {
    return !admin
                .rows("SELECT 1 FROM tenancy_tenants WHERE tenant_id = " +
                      std::to_string(fixture.acme.tenant().value()) +
                      " FOR NO KEY UPDATE SKIP LOCKED")
                .empty();
  };
  must(fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
    must(Repository<Note>{tx}.insert({.id = "a", .title = "a"}));
    CHECK_FALSE(is_free());
    return tenancy::success();
  }));
  must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& tx) -> Result<void> {
    CHECK(must(tenancy::ReadRepository<Note>{tx}.count()) == 1);
    CHECK(is_free());
    return tenancy::success();
  }));
}

TEST_CASE("transactions that read what others write come out as if one had run after the other") {
  const Fixture fixture;
  must(fixture.notes().insert({.id = "n", .title = "n"}));
  constexpr int writers = 6;
  constexpr int each = 15;
  std::atomic<int> runs = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < each; ++turn) {
        must(fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
          ++runs;
          const Repository<Note> notes{tx};
          auto note = must(notes.require("n"));
          ++note.stars;
          BOOST_OUTCOME_TRY(notes.update(note));
          return tenancy::success();
        }));
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(must(fixture.notes().require("n")).stars == writers * each);
  // They did stand in each other's way.
  CHECK(runs > writers * each);
}

TEST_CASE("of two transactions that wait for each other both are done, one after the other") {
  // The server looks for such after a second.
  tenancy::StoreOptions patient;
  patient.writes.max_unit_hold = 60s;
  const Fixture fixture{patient};
  for (const std::string id : {"x", "y"}) {
    must(fixture.notes().insert({.id = id, .title = id}));
  }
  std::atomic<int> begun = 0;
  std::atomic<int> runs = 0;
  const auto change_both = [&](const std::string& first, const std::string& second) {
    must(fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
      ++runs;
      const Repository<Note> notes{tx};
      BOOST_OUTCOME_TRY(notes.update({.id = first, .title = first, .stars = 1}));
      // Each has one of them before either wants the other; later runs meet nobody.
      ++begun;
      while (begun < 2) {
        std::this_thread::yield();
      }
      BOOST_OUTCOME_TRY(notes.update({.id = second, .title = second, .stars = 1}));
      return tenancy::success();
    }));
  };
  std::thread other{[&] { change_both("y", "x"); }};
  change_both("x", "y");
  other.join();
  // The one that the server ended, again; perhaps more than once, beside the other's commit.
  CHECK(runs >= 3);
  CHECK(must(fixture.notes().require("x")).stars == 1);
}

TEST_CASE("what stands in each other's way for ever ends at the call's deadline") {
  const Fixture fixture;
  must(fixture.notes().insert({.id = "n", .title = "n"}));
  const auto admin = fixture.admin();
  int runs = 0;
  const auto outcome = fixture.test.store.write(fixture.acme, CallOptions::within(500ms),
                                                [&](WriteTransaction& tx) -> Result<void> {
                                                  ++runs;
                                                  const Repository<Note> notes{tx};
                                                  BOOST_OUTCOME_TRY(auto note, notes.require("n"));
                                                  // Somebody is always faster.
                                                  admin.run("UPDATE notes SET stars = stars + 1");
                                                  BOOST_OUTCOME_TRY(notes.update(note));
                                                  return tenancy::success();
                                                });
  CHECK((code_of(outcome) == errc::deadline_exceeded || code_of(outcome) == errc::busy));
  CHECK(runs > 1);
  CHECK(must(fixture.notes().require("n")).stars == runs);
}

TEST_CASE("no two transactions act on what each takes from under the other") {
  const Fixture fixture;
  // At most one of two may be starred; each writer looks at the other's row and stars its own.
  for (int round = 0; round < 10; ++round) {
    const std::string a = "a" + std::to_string(round);
    const std::string b = "b" + std::to_string(round);
    must(fixture.notes().insert_many({{.id = a, .title = a}, {.id = b, .title = b}}));
    const auto star = [&](const std::string& own, const std::string& other) {
      must(fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
        const Repository<Note> notes{tx};
        BOOST_OUTCOME_TRY(const auto seen, notes.require(other));
        if (seen.stars == 0) {
          BOOST_OUTCOME_TRY(auto mine, notes.require(own));
          mine.stars = 1;
          BOOST_OUTCOME_TRY(notes.update(mine));
        }
        return tenancy::success();
      }));
    };
    std::thread one{star, a, b};
    std::thread two{star, b, a};
    one.join();
    two.join();
    CHECK(must(fixture.notes().require(a)).stars + must(fixture.notes().require(b)).stars == 1);
  }
}

TEST_CASE("a read has one view, whatever is committed meanwhile") {
  const Fixture fixture;
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& tx) -> Result<void> {
    const tenancy::ReadRepository<Note> notes{tx};
    CHECK(must(notes.count()) == 1);
    must(fixture.notes().insert({.id = "b", .title = "b"}));
    CHECK(must(notes.count()) == 1);
    return tenancy::success();
  }));
  CHECK(must(fixture.notes().count()) == 2);
}

TEST_CASE("a call ends at its deadline, however long the server would take, and leaves nothing") {
  const Fixture fixture;
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
  const Fixture fixture;
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

TEST_CASE("a write that holds on for too long is ended, and a read that keeps its view as well") {
  tenancy::StoreOptions options;
  options.writes.max_unit_hold = 500ms;
  options.max_snapshot_age = 500ms;
  const Fixture fixture{options};
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
  const Fixture fixture{{.max_wait = 300ms}, few};
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
  const Fixture fixture{{.max_wait = 60s}, two};
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

TEST_CASE(
    "who waits for a connection is told at its deadline, and a connection is free afterwards") {
  tenancy::postgres::PostgresOptions one;
  one.max_connections = 1;
  const Fixture fixture{{}, one};
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
  const Fixture fixture{patient};
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

TEST_CASE("what the commit refuses is told as what it is, and leaves nothing") {
  const Fixture fixture;
  // The host's own word on the whole of a transaction, which the server asks for at its end.
  fixture.admin().run(
      "CREATE FUNCTION judges() RETURNS trigger LANGUAGE plpgsql AS $t$BEGIN IF NEW.stars > 5 THEN "
      "RAISE EXCEPTION 'too many' USING ERRCODE = '22P02'; END IF; RETURN NULL; END$t$;"
      "CREATE CONSTRAINT TRIGGER judges AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION judges()");
  must(fixture.notes().insert({.id = "a", .title = "a", .stars = 5}));
  CHECK(code_of(fixture.notes().insert({.id = "b", .title = "b", .stars = 6})) ==
        errc::invalid_value);
  CHECK(code_of(fixture.test.store.write(fixture.acme, [](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "c", .title = "c", .stars = 7}));
          return tenancy::success();
        })) == errc::invalid_value);
  CHECK(must(fixture.notes().count()) == 1);
}

TEST_CASE("a suspended tenant's statements run nowhere, though they are sent with the question") {
  const Fixture fixture;
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  must(fixture.test.registry.suspend(fixture.test.acme.id));
  CHECK(code_of(fixture.notes().insert({.id = "b", .title = "b"})) == errc::tenant_not_active);
  CHECK(code_of(fixture.notes().require("a")) == errc::tenant_not_active);
  CHECK(code_of(fixture.notes().erase("a")) == errc::tenant_not_active);
  bool went_on = false;
  CHECK(code_of(fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "c", .title = "c"}));
          went_on = true;
          return tenancy::success();
        })) == errc::tenant_not_active);
  CHECK_FALSE(went_on);
  // Nor does one that asks for nothing, or ignores what it is told.
  CHECK(code_of(fixture.test.store.write(fixture.acme, [](WriteTransaction&) -> Result<void> {
          return tenancy::success();
        })) == errc::tenant_not_active);
  CHECK(code_of(fixture.test.store.write(fixture.acme, [](WriteTransaction& tx) -> Result<void> {
          CHECK_FALSE(Repository<Note>{tx}.insert({.id = "c", .title = "c"}).has_value());
          return tenancy::success();
        })) == errc::tenant_not_active);
  CHECK(fixture.admin().value("SELECT string_agg(id, ',') FROM notes") == "a");
  must(fixture.test.registry.activate(fixture.test.acme.id));
  CHECK(code_of(fixture.notes().require("a")) == errc::stale_context);
  CHECK(must(Repository<Note>{fixture.test.store, fixture.test.enter(fixture.test.acme)}.count()) ==
        1);
}

TEST_CASE("rows that come one by one do not keep other statements from the connection") {
  const Fixture fixture;
  std::vector<Note> many;
  for (int i = 0; i < 500; ++i) {
    many.push_back({.id = std::to_string(1000 + i), .title = std::to_string(i)});
  }
  must(fixture.notes().insert_many(many));
  must(fixture.test.store.write(fixture.acme, [](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    int visited = 0;
    must(notes.for_each({}, [&](const Note& note) -> Result<void> {
      if (++visited % 100 == 0) {
        CHECK(must(notes.require(note.id)) == note);
        must(notes.erase(note.id));
      }
      return tenancy::success();
    }));
    CHECK(visited == 500);
    return tenancy::success();
  }));
  CHECK(must(fixture.notes().count()) == 495);
  // One that is left early costs its connection and nothing else.
  must(fixture.notes().for_each({}, [](const Note&) { return tenancy::Visit::stop; }));
  CHECK(must(fixture.notes().count()) == 495);
}

TEST_CASE("connections that the server ends are replaced, and what was open on them is told") {
  const Fixture fixture;
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  const std::string end_all =
      "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE "
      "usename = 'tenancy_app' AND datname = current_database()";
  fixture.admin().run(end_all);
  CHECK(must(fixture.notes().count()) == 1);
  CHECK(code_of(fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
          fixture.admin().run(end_all);
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "c", .title = "c"}));
          return tenancy::success();
        })) == errc::transaction_lost);
  CHECK(must(fixture.notes().count()) == 1);
}

TEST_CASE("a commit whose answer is lost is of unknown outcome, and never tried again") {
  const Fixture fixture;
  int runs = 0;
  const auto outcome =
      fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
        ++runs;
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
        fixture.admin().run(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
            "WHERE usename = 'tenancy_app' AND datname = current_database()");
        return tenancy::success();
      });
  CHECK(code_of(outcome) == errc::commit_unknown);
  CHECK(runs == 1);
}
