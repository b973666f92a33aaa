// What transactions promise, on a server that many use at the same time.

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "unit/storage_postgres/notes_fixture.hpp"

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
using tenancy_test::NotesFixture;

TEST_CASE("a statement that fails undoes itself, and the transaction goes on") {
  const NotesFixture fixture;
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
  const NotesFixture fixture;
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
  const NotesFixture fixture;
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

TEST_CASE("a tenant that writes all the time is suspended all the same") {
  const NotesFixture fixture{{}, {.max_connections = 6}};
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  std::atomic<int> writes = 0;
  std::vector<std::future<void>> writers;
  for (int i = 0; i < 4; ++i) {
    writers.push_back(std::async(std::launch::async, [&, id = std::to_string(i)] {
      // So long that at each moment some are under way.
      const auto write = [&](WriteTransaction& tx) -> Result<void> {
        const Repository<Note> notes{tx};
        BOOST_OUTCOME_TRY(notes.upsert({.id = id, .title = id}));
        for (int n = 0; n < 20; ++n) {
          BOOST_OUTCOME_TRY(notes.find(id));
        }
        ++writes;
        writes.notify_one();
        return tenancy::success();
      };
      while (true) {
        // They are in each other's way as well.
        const auto outcome = fixture.test.store.write(fixture.acme, write);
        if (!outcome && (outcome.error() == errc::tenant_not_active ||
                         outcome.error() == errc::stale_context)) {
          return;
        }
      }
    }));
  }
  for (int seen = 0; seen < 8; seen = writes) {
    writes.wait(seen);
  }
  CHECK(fixture.test.registry.with(CallOptions::within(30s)).suspend(fixture.test.acme.id));
  for (auto& writer : writers) {
    if (writer.wait_for(60s) != std::future_status::ready) {
      // So that the test ends.
      must(fixture.test.registry.suspend(fixture.test.acme.id));
    }
    writer.get();
  }
}

TEST_CASE("transactions that read what others write come out as if one had run after the other") {
  const NotesFixture fixture;
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
  const NotesFixture fixture{patient};
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
  const NotesFixture fixture;
  must(fixture.notes().insert({.id = "n", .title = "n"}));
  const auto admin = fixture.admin();
  int runs = 0;
  const auto outcome = fixture.test.store.write(fixture.acme, CallOptions::within(500ms),
                                                [&](WriteTransaction& tx) -> Result<void> {
                                                  const Repository<Note> notes{tx};
                                                  BOOST_OUTCOME_TRY(auto note, notes.require("n"));
                                                  // Somebody is always faster.
                                                  admin.run("UPDATE notes SET stars = stars + 1");
                                                  ++runs;
                                                  BOOST_OUTCOME_TRY(notes.update(note));
                                                  return tenancy::success();
                                                });
  CHECK((code_of(outcome) == errc::deadline_exceeded || code_of(outcome) == errc::busy));
  CHECK(runs > 1);
  CHECK(must(fixture.notes().require("n")).stars == runs);
}

TEST_CASE("no two transactions act on what each takes from under the other") {
  const NotesFixture fixture;
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

TEST_CASE("a connection keeps so many statements, and the server no more of them") {
  const NotesFixture fixture{{.statements = 16}, {.max_connections = 1}};
  must(fixture.notes().insert({.id = "a", .title = "a"}));
  static constexpr tenancy::detail::StaticSql kept{
      "SELECT tenant_id, (SELECT count(*) FROM pg_catalog.pg_prepared_statements) FROM notes "
      "WHERE tenant_id = ?1"};
  const auto count_kept = [&] {
    std::int64_t count = -1;
    must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(auto statement, tenancy::detail::SessionAccess::of(tx).prepare(kept));
      CHECK(must(statement->step()));
      count = statement->int64(1).value();
      return tenancy::success();
    }));
    return count;
  };
  const auto ask_in_another_shape = [&](int number) {
    const std::vector<std::string> titles(static_cast<std::size_t>(number), "a");
    CHECK(must(fixture.notes().count(tenancy::field<&Note::title>.in(titles))) == 1);
  };
  for (int number = 1; number <= 20; ++number) {
    ask_in_another_shape(number);
  }
  const auto full = count_kept();
  CHECK(full >= 16);
  for (int number = 21; number <= 100; ++number) {
    ask_in_another_shape(number);
  }
  // Beside them what begins and ends transactions.
  CHECK(full <= 32);
  CHECK(count_kept() <= 32);
}

TEST_CASE("a read has one view, whatever is committed meanwhile") {
  const NotesFixture fixture;
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

TEST_CASE("a row of another tenant's poisons the transaction, and its connection is closed") {
  static constexpr tenancy::detail::StaticSql titles_sql{
      "SELECT tenant_id, title FROM notes WHERE tenant_id = ?1"};
  const NotesFixture fixture{{}, {.max_connections = 1}};
  const auto admin = fixture.admin();
  const auto process = [&] {
    return admin.value(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'tenancy_app' AND "
        "datname = current_database()");
  };
  const auto outcome =
      fixture.test.store.write(fixture.acme, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "a", .title = "a"}));
        auto& session = tenancy::detail::SessionAccess::of(tx);
        {
          const auto lease = must(session.prepare(titles_sql));
          must(lease->step());
          // As the library does when column 0 is not the transaction's tenant.
          CHECK(session.report_foreign_row(*lease) == errc::isolation_violation);
        }
        CHECK(code_of(session.prepare(titles_sql)) == errc::isolation_violation);
        return tenancy::success();
      });
  CHECK(code_of(outcome) == errc::isolation_violation);
  const auto poisoned = process();
  CHECK(must(fixture.notes().count()) == 0);
  CHECK(process() != poisoned);
}

TEST_CASE("what the commit refuses is told as what it is, and leaves nothing") {
  const NotesFixture fixture;
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
  const NotesFixture fixture;
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
  const NotesFixture fixture;
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
  const NotesFixture fixture;
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
  const NotesFixture fixture;
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
