#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <set>
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
#include "support/test_store.hpp"
#include "unit/storage/batches.hpp"

using tenancy::BatchReport;
using tenancy::errc;
using tenancy::Error;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy_test::all_but;
using tenancy_test::await_full_queue;
using tenancy_test::code_of;
using tenancy_test::Culprit;
using tenancy_test::future_write;
using tenancy_test::HeldWriter;
using tenancy_test::holding;
using tenancy_test::ids_of;
using tenancy_test::insert_note;
using tenancy_test::is_on_silo;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::patient;
using tenancy_test::play_batch;
using tenancy_test::ReportLog;
using tenancy_test::sum;
using tenancy_test::Task;
using tenancy_test::TestStore;
using tenancy_test::waiting;
using tenancy_test::write_queued;

namespace {

using namespace std::chrono_literals;

/// Refers to notes that may come later in the same transaction.
struct Link {
  std::string id = {};
  std::string note = {};
};

constexpr auto tenancy_mapping(std::type_identity<Link>) {
  namespace m = tenancy::mapping;
  return m::entity("links", m::key("id", &Link::id), m::column("note", &Link::note));
}

/// A table whose numbers have run out, which SQLite reports as a full disk is, and ends the
/// transaction as it does then.
struct Ticket {
  std::string id = {};
};

constexpr auto tenancy_mapping(std::type_identity<Ticket>) {
  return tenancy::mapping::entity("tickets", tenancy::mapping::key("id", &Ticket::id));
}

/// A second one of the same tenant and place ends the transaction.
struct Seat {
  std::string id = {};
  std::string place = {};
};

constexpr auto tenancy_mapping(std::type_identity<Seat>) {
  namespace m = tenancy::mapping;
  return m::entity("seats", m::key("id", &Seat::id), m::column("place", &Seat::place));
}

constexpr std::string_view bomb =
    "CREATE TRIGGER bomb BEFORE INSERT ON notes WHEN new.title = 'bomb' "
    "BEGIN SELECT RAISE(ROLLBACK, 'boom'); END";
constexpr std::string_view half =
    "CREATE TRIGGER half AFTER INSERT ON notes WHEN new.title GLOB 'half*' "
    "BEGIN SELECT RAISE(FAIL, 'half done'); END";
constexpr std::string_view full =
    "CREATE TRIGGER full AFTER INSERT ON notes WHEN (SELECT count(*) FROM notes) = 5 "
    "AND new.title GLOB 'alone*' BEGIN SELECT RAISE(ROLLBACK, 'one too many'); END";

std::vector<tenancy::Migration> treacherous_schema() {
  auto schema = tenancy_test::test_schema();
  schema.push_back(
      {3, "treacherous tables",
       "CREATE TABLE links (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, note TEXT NOT NULL, "
       "PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, note) REFERENCES notes (tenant_id, id)"
       " DEFERRABLE INITIALLY DEFERRED) STRICT;"
       "CREATE TABLE tickets (number INTEGER PRIMARY KEY AUTOINCREMENT, "
       "tenant_id INTEGER NOT NULL, id TEXT NOT NULL) STRICT;"
       "CREATE TABLE seats (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL, "
       "PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, place) ON CONFLICT ROLLBACK) STRICT;" +
           std::string{bomb} + ";" + std::string{half} + ";" + std::string{full}});
  return schema;
}

/// What of it `open` would refuse.
tenancy::SchemaPolicy treacherous_policy() {
  return {.allowed_views_and_triggers = {{"bomb", tenancy::schema_text_hash(bomb)},
                                         {"half", tenancy::schema_text_hash(half)},
                                         {"full", tenancy::schema_text_hash(full)}},
          .unsafe_tables = {"links", "notes", "tickets", "seats"}};
}

}  // namespace

TEST_CASE("writes that wait at the same time share one commit") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log)};
  const auto acme = test.enter(test.acme);
  std::vector<std::thread> threads;
  log->forget_batches();
  {
    HeldWriter held{test.store, holding(test)};
    for (int i = 0; i < waiting; ++i) {
      threads.emplace_back([&, i] {
        const auto id = std::to_string(i);
        if (i % 2 == 0) {
          must(write_queued([&] {
            return Repository<Note>{test.store, acme}.insert({.id = id, .title = id});
          }));
          return;
        }
        const auto here = std::this_thread::get_id();
        must(write_queued([&] {
          return test.store.write(acme, [&](WriteTransaction& tx) {
            CHECK(std::this_thread::get_id() == here);
            return insert_note(tx, id);
          });
        }));
      });
    }
    await_full_queue(test.store, acme);
    must(held.finish());
  }
  for (auto& thread : threads) {
    thread.join();
  }
  const auto batches = log->await_transactions(waiting + 1);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].transactions == waiting + 1);
  CHECK(batches[0].committed);
  CHECK(batches[0].rolled_back == 0);
  CHECK(batches[0].replayed == 0);
  CHECK(ids_of(test, acme).size() == waiting);
}

TEST_CASE("nobody hears of success, and no reader sees a row, before the commit") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log)};
  const auto acme = test.enter(test.acme);
  std::atomic<int> returned = 0;
  std::atomic<int> next_position = 0;
  std::latch last_runs{1};
  std::latch may_commit{1};
  std::vector<std::thread> threads;
  HeldWriter held{test.store, holding(test)};
  threads.reserve(waiting);
  for (int i = 0; i < waiting; ++i) {
    threads.emplace_back([&, i] {
      must(write_queued([&] {
        return test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(insert_note(tx, std::to_string(i)));
          if (++next_position == waiting) {
            last_runs.count_down();
            may_commit.wait();
          }
          return success();
        });
      }));
      ++returned;
    });
  }
  await_full_queue(test.store, acme);
  held.let_go();
  last_runs.wait();
  CHECK(ids_of(test, acme).empty());
  CHECK(returned == 0);
  may_commit.count_down();
  for (auto& thread : threads) {
    thread.join();
  }
  must(held.finish());
  CHECK(returned == waiting);
  CHECK(ids_of(test, acme).size() == waiting);
}

TEST_CASE("a unit that fails or breaks the batch fails alone, wherever it stands in it") {
  struct Case {
    const char* name;
    Culprit culprit;
    std::optional<errc> error;
    bool breaks;
  };
  std::vector<Case> cases{
      {"fails",
       [](WriteTransaction& tx) -> Result<void> {
         BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
         return Error{errc::invalid_argument, "the unit's own"};
       },
       errc::invalid_argument, false},
      {"throws",
       [](WriteTransaction& tx) -> Result<void> {
         BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
         throw std::runtime_error{"the host's own"};
       },
       {},
       false},
      {"leaves a reference open",
       [](WriteTransaction& tx) -> Result<void> {
         BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
         BOOST_OUTCOME_TRY(Repository<Link>{tx}.insert({.id = "lost", .note = "nowhere"}));
         return success();
       },
       errc::reference_violation, false},
      {"leaves a reference open and fails",
       [](WriteTransaction& tx) -> Result<void> {
         BOOST_OUTCOME_TRY(Repository<Link>{tx}.insert({.id = "lost", .note = "nowhere"}));
         return Error{errc::invalid_argument, "the unit's own"};
       },
       errc::invalid_argument, false},
      {"fails half way through a statement",
       [](WriteTransaction& tx) { return insert_note(tx, "half"); }, errc::constraint_violation,
       false},
      {"makes SQLite roll back, by a trigger",
       [](WriteTransaction& tx) -> Result<void> {
         BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
         return insert_note(tx, "bomb");
       },
       errc::constraint_violation, true},
      {"makes SQLite roll back and does not mind",
       [](WriteTransaction& tx) -> Result<void> {
         CHECK_FALSE(insert_note(tx, "bomb"));
         CHECK(code_of(insert_note(tx, "lost")) == errc::transaction_lost);
         return success();
       },
       errc::transaction_lost, true},
      {"makes SQLite roll back and throws",
       [](WriteTransaction& tx) -> Result<void> {
         CHECK_FALSE(insert_note(tx, "bomb"));
         throw std::runtime_error{"the host's own"};
       },
       {},
       true},
      {"meets a conflict clause that would make SQLite roll back",
       [](WriteTransaction& tx) -> Result<void> {
         BOOST_OUTCOME_TRY(Repository<Seat>{tx}.insert({.id = "1", .place = "window"}));
         BOOST_OUTCOME_TRY(Repository<Seat>{tx}.insert({.id = "2", .place = "window"}));
         return success();
       },
       errc::already_exists, false},
  };
  // Its numbers are used up past the library, in the one file.
  if (!is_on_silo()) {
    cases.push_back({"finds the store full",
                     [](WriteTransaction& tx) -> Result<void> {
                       BOOST_OUTCOME_TRY(Repository<Ticket>{tx}.insert({.id = "one"}));
                       return success();
                     },
                     errc::storage_full, true});
  }
  for (const Case& played : cases) {
    const auto& error = played.error;
    const bool breaks = played.breaks;
    for (const int position : {0, waiting / 2, waiting - 1}) {
      CAPTURE(played.name);
      CAPTURE(position);
      const auto log = std::make_shared<ReportLog>();
      const TestStore test{patient(log), treacherous_schema(), treacherous_policy()};
      if (!is_on_silo()) {
        test.run_raw("INSERT INTO sqlite_sequence VALUES ('tickets', 9223372036854775807)");
      }
      log->forget_batches();

      const auto told = play_batch(test, position, played.culprit);

      const auto batches = log->await_transactions(waiting + 1);
      CHECK(sum(batches, &BatchReport::transactions) == waiting);
      // Who breaks the batch is heard again, alone: what it broke on may have been rows of others.
      CHECK(sum(batches, &BatchReport::rolled_back) == (breaks ? 2 : 1));
      // The holder, those of acme that ran before the culprit, and the culprit.
      const int again = breaks ? position + 2 : 0;
      CHECK(sum(batches, &BatchReport::replayed) == static_cast<std::uint32_t>(again));
      for (int i = 0; i < waiting; ++i) {
        CAPTURE(i);
        const auto& one = told.at(static_cast<std::size_t>(i));
        CHECK_FALSE(one.ran_elsewhere);
        CHECK(one.runs == (breaks && i <= position ? 2 : 1));
        if (i != position) {
          CHECK(one.is_success);
        } else if (error) {
          CHECK(one.error == error);
          CHECK(((*error != errc::invalid_argument) || one.message == "the unit's own"));
        } else {
          CHECK(one.exception == "the host's own");
        }
      }
      auto expected = all_but(position);
      if (is_on_silo()) {
        expected.insert("holder");
      } else {
        CHECK(ids_of(test, test.enter(test.globex)) == std::set<std::string>{"holder"});
      }
      CHECK(ids_of(test, test.enter(test.acme)) == expected);
      CHECK(must(ReadRepository<Link>{test.store, test.enter(test.acme)}.count()) == 0);
      CHECK(must(ReadRepository<Seat>{test.store, test.enter(test.acme)}.count()) == 0);
    }
  }
}

TEST_CASE("the first unit of a batch may fail, throw or break it") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log), treacherous_schema(), treacherous_policy()};
  const auto acme = test.enter(test.acme);
  log->forget_batches();
  HeldWriter::Unit unit;
  std::optional<errc> error;
  SUBCASE("fails") {
    error = errc::invalid_argument;
    unit = [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
      return Error{errc::invalid_argument, "its own"};
    };
  }
  SUBCASE("throws") {
    unit = [](WriteTransaction& tx) -> Result<void> {
      must(insert_note(tx, "lost"));
      throw std::runtime_error{"its own"};
    };
  }
  SUBCASE("breaks it") {
    error = errc::constraint_violation;
    unit = [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
      return insert_note(tx, "bomb");
    };
  }
  SUBCASE("leaves a reference open") {
    error = errc::reference_violation;
    unit = [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(Repository<Link>{tx}.insert({.id = "lost", .note = "nowhere"}));
      return success();
    };
  }
  HeldWriter held{test.store, holding(test), unit};
  std::vector<std::thread> threads;
  threads.reserve(waiting);
  for (int i = 0; i < waiting; ++i) {
    threads.emplace_back([&, i] {
      must(write_queued([&] {
        return test.store.write(
            acme, [&](WriteTransaction& tx) { return insert_note(tx, "n" + std::to_string(i)); });
      }));
    });
  }
  await_full_queue(test.store, acme);
  if (error) {
    CHECK(code_of(held.finish()) == *error);
  } else {
    CHECK_THROWS_AS(static_cast<void>(held.finish()), std::runtime_error);
  }
  for (auto& thread : threads) {
    thread.join();
  }
  const auto batches = log->await_transactions(waiting + 1);
  CHECK(sum(batches, &BatchReport::transactions) == waiting);
  CHECK(sum(batches, &BatchReport::rolled_back) == 1);
  CHECK(sum(batches, &BatchReport::replayed) == 0);
  CHECK(ids_of(test, acme) == all_but(-1));
  CHECK(ids_of(test, test.enter(test.globex)).empty());
}

TEST_CASE("calls of one statement stand or fall alone, and those replayed give the row as stored") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log), treacherous_schema(), treacherous_policy()};
  const auto acme = test.enter(test.acme);
  log->forget_batches();
  std::vector<std::optional<Result<Note>>> told(waiting);
  const auto play = [&](const std::function<Note(int)>& note_of) {
    std::vector<std::thread> threads;
    HeldWriter held{test.store, holding(test)};
    threads.reserve(waiting);
    for (int i = 0; i < waiting; ++i) {
      threads.emplace_back([&, i] {
        told.at(static_cast<std::size_t>(i)) = write_queued([&] {
          return Repository<Note>{test.store, acme}.insert(note_of(i));
        });
      });
    }
    await_full_queue(test.store, acme);
    must(held.finish());
    for (auto& thread : threads) {
      thread.join();
    }
  };

  SUBCASE("one breaks the batch") {
    // The trigger breaks it at whichever comes last, after it has changed rows.
    play([](int i) { return Note{.title = "alone " + std::to_string(i)}; });
    const auto batches = log->await_transactions(waiting + 1);
    CHECK(sum(batches, &BatchReport::replayed) == waiting + 1);
    int failed = 0;
    for (const auto& one : told) {
      if (one->has_value()) {
        const Note& note = one->value();
        CHECK(must(ReadRepository<Note>{test.store, acme}.require(note.id)) == note);
      } else {
        CHECK(code_of(*one) == errc::constraint_violation);
        ++failed;
      }
    }
    CHECK(failed == 1);
    CHECK(ids_of(test, acme).size() == waiting - 1);
  }
  SUBCASE("one leaves half of a failed statement behind") {
    play([](int i) {
      const auto number = std::to_string(i);
      return Note{.id = number, .title = i == 2 ? "half" : number};
    });
    CHECK(code_of(*told[2]) == errc::constraint_violation);
    CHECK(ids_of(test, acme) == std::set<std::string>{"0", "1", "3", "4"});
  }
  SUBCASE("all but one lose a conflict") {
    play([](int) { return Note{.id = "same", .title = "same"}; });
    const auto batches = log->await_transactions(waiting + 1);
    CHECK(batches.size() == 1);
    CHECK(sum(batches, &BatchReport::replayed) == 0);
    CHECK(sum(batches, &BatchReport::rolled_back) == waiting - 1);
    int kept = 0;
    for (const auto& one : told) {
      kept += one->has_value() ? 1 : 0;
      CHECK((one->has_value() || code_of(*one) == errc::already_exists));
    }
    CHECK(kept == 1);
  }
}

TEST_CASE("a call of one statement that fails in company without triggers undoes itself") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log)};
  const auto acme = test.enter(test.acme);
  log->forget_batches();
  std::atomic<int> kept = 0;
  std::vector<std::thread> threads;
  HeldWriter held{test.store, holding(test)};
  threads.reserve(waiting);
  for (int i = 0; i < waiting; ++i) {
    threads.emplace_back([&] {
      const auto outcome = write_queued([&] {
        return Repository<Note>{test.store, acme}.insert({.id = "same", .title = "same"});
      });
      CHECK((outcome || code_of(outcome) == errc::already_exists));
      kept += outcome ? 1 : 0;
    });
  }
  await_full_queue(test.store, acme);
  must(held.finish());
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(kept == 1);
  const auto batches = log->await_transactions(waiting + 1);
  CHECK(batches.size() == 1);
  CHECK(sum(batches, &BatchReport::replayed) == 0);
  CHECK(sum(batches, &BatchReport::rolled_back) == waiting - 1);
}

TEST_CASE("a failed statement leaves nothing half done behind as the first of a batch either") {
  const TestStore test{patient(), treacherous_schema(), treacherous_policy()};
  const auto acme = test.enter(test.acme);
  CHECK(code_of(Repository<Note>{test.store, acme}.insert({.id = "x", .title = "half"})) ==
        errc::constraint_violation);
  CHECK(ids_of(test, acme).empty());
}

TEST_CASE("a row of another tenant in one unit poisons it alone") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{patient(log), treacherous_schema(), treacherous_policy()};
  const auto tenant = test.enter(test.acme);
  must(Repository<Task>{test.store, tenant}.insert(Task{1, std::nullopt, false, 0}));
  // As a wrong index or view would: the tenant is one in the predicate and another in the result.
  test.run_raw(
      "ALTER TABLE tasks RENAME TO real_tasks;"
      "CREATE VIEW tasks AS SELECT CASE abs(random()) % 2 WHEN 0 THEN tenant_id ELSE 1 END AS "
      "tenant_id, number, note, done, weight FROM real_tasks");
  log->forget_batches();
  const int position = waiting / 2;
  const auto told = play_batch(test, position, [](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
    for (int i = 0; i < 1000 && ReadRepository<Task>{tx}.find(1); ++i) {
    }
    CHECK(code_of(insert_note(tx, "more")) == errc::isolation_violation);
    return success();
  });
  CHECK(told.at(position).error == errc::isolation_violation);
  const auto batches = log->await_transactions(waiting + 1);
  CHECK(sum(batches, &BatchReport::replayed) == position + 1);
  CHECK(log->alarms() == 1);
  CHECK(ids_of(test, test.enter(test.acme)) == all_but(position));
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "usable"}));
}

TEST_CASE("a write inside a write is refused, whoever's thread runs it") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  const auto refuses_everything = [&] {
    const auto outer =
        test.store.write(acme, [](WriteTransaction& tx) { return insert_note(tx, "nested"); });
    CHECK(code_of(outer) == errc::nested_write);
    const Repository<Note> notes{test.store, acme};
    CHECK(code_of(notes.insert({.title = "nested"})) == errc::nested_write);
    CHECK(code_of(notes.erase("nested")) == errc::nested_write);
    CHECK(code_of(test.registry.suspend(test.globex.id)) == errc::nested_write);
    CHECK(code_of(test.registry.create({"initech", "Initech"})) == errc::nested_write);
    CHECK(code_of(test.registry.activate(test.globex.id)) == errc::nested_write);
    CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
  };

  SUBCASE("its own") {
    must(test.store.write(acme, [&](WriteTransaction& tx) {
      refuses_everything();
      return insert_note(tx, "outer");
    }));
  }
  SUBCASE("another one") {
    HeldWriter held{test.store, holding(test)};
    auto done = future_write(test.store, acme, [&](WriteTransaction& tx) {
      refuses_everything();
      return insert_note(tx, "outer");
    });
    must(held.finish());
    must(done.get().get());
  }
  SUBCASE("while an exception leaves the unit") {
    class WritesAtTheEnd {
     public:
      explicit WritesAtTheEnd(const std::function<void()>& action) : action_{action} {}
      WritesAtTheEnd(const WritesAtTheEnd&) = delete;
      WritesAtTheEnd& operator=(const WritesAtTheEnd&) = delete;
      ~WritesAtTheEnd() { action_(); }

     private:
      const std::function<void()>& action_;
    };
    const std::function<void()> action = refuses_everything;
    CHECK_THROWS_AS(static_cast<void>(test.store.write(acme,
                                                       [&](WriteTransaction&) -> Result<void> {
                                                         const WritesAtTheEnd at_end{action};
                                                         throw std::runtime_error{"host code"};
                                                       })),
                    std::runtime_error);
    must(Repository<Note>{test.store, acme}.insert({.id = "outer", .title = "outer"}));
  }
  SUBCASE("also one that nobody waits for") {
    std::optional<std::future<tenancy::AsyncResult<void>>> nested;
    must(test.store.write(acme, [&](WriteTransaction& tx) {
      nested = future_write(test.store, acme,
                            [](WriteTransaction& inner) { return insert_note(inner, "nested"); });
      return insert_note(tx, "outer");
    }));
    CHECK(code_of(nested->get().get()) == errc::nested_write);
  }
  CHECK(ids_of(test, acme) == std::set<std::string>{"outer"});
}

TEST_CASE("a batch holds no more transactions than it may") {
  const auto log = std::make_shared<ReportLog>();
  auto options = patient(log);
  std::uint32_t most = 0;
  SUBCASE("by number") { options.writes.max_batch = most = 2; }
  SUBCASE("by time") {
    most = 1;
    options.writes.max_batch_hold = 1us;
  }
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  log->forget_batches();
  HeldWriter held{test.store, holding(test)};
  std::vector<std::thread> threads;
  threads.reserve(waiting);
  for (int i = 0; i < waiting; ++i) {
    threads.emplace_back([&, i] {
      must(write_queued([&] {
        return test.store.write(
            acme, [&](WriteTransaction& tx) { return insert_note(tx, std::to_string(i)); });
      }));
    });
  }
  await_full_queue(test.store, acme);
  must(held.finish());
  for (auto& thread : threads) {
    thread.join();
  }
  const auto batches = log->await_transactions(waiting + 1);
  CHECK(batches.size() == (waiting + 1) / most);
  for (const auto& batch : batches) {
    CHECK(batch.transactions == most);
  }
}

TEST_CASE("a batch is held no longer by several together than it may be") {
  const auto log = std::make_shared<ReportLog>();
  auto options = patient(log);
  options.writes.max_batch_hold = 200ms;
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  log->forget_batches();
  HeldWriter held{test.store, holding(test)};
  std::vector<std::future<tenancy::AsyncResult<void>>> done;
  done.reserve(waiting);
  for (int i = 0; i < waiting; ++i) {
    done.push_back(future_write(test.store, acme, [i](WriteTransaction& tx) {
      const auto until = std::chrono::steady_clock::now() + 110ms;
      while (std::chrono::steady_clock::now() < until) {
      }
      return insert_note(tx, std::to_string(i));
    }));
  }
  must(held.finish());
  for (auto& one : done) {
    must(one.get().get());
  }
  for (const auto& batch : log->await_transactions(waiting + 1)) {
    CHECK(batch.transactions <= 3);
  }
}

TEST_CASE("a tenant with too many waiting writes is refused, and no other one") {
  const TestStore test{patient()};
  const auto acme = test.enter(test.acme);
  HeldWriter held{test.store, holding(test)};
  std::vector<std::future<tenancy::AsyncResult<void>>> accepted;
  accepted.reserve(waiting);
  for (int i = 0; i < waiting; ++i) {
    accepted.push_back(future_write(test.store, acme, [i](WriteTransaction& tx) {
      return insert_note(tx, std::to_string(i));
    }));
  }
  CHECK(code_of(Repository<Note>{test.store, acme}.insert({.title = "x"})) == errc::overloaded);
  auto other = future_write(test.store, test.enter(test.globex),
                            [](WriteTransaction& tx) { return insert_note(tx, "other"); });
  must(held.finish());
  must(other.get().get());
  for (auto& one : accepted) {
    must(one.get().get());
  }
  must(Repository<Note>{test.store, acme}.insert({.title = "x"}));
}

TEST_CASE("the host's weights share out the writer") {
  auto options = patient();
  constexpr int each = 20;
  options.writes.max_waiting_per_tenant = each;
  // Called by the test's own thread only.
  std::function<std::uint32_t(tenancy::TenantId)> weight;
  options.writes.weight = [&weight](tenancy::TenantId tenant) {
    return weight ? weight(tenant) : 1;
  };
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  const auto globex = test.enter(test.globex);

  SUBCASE("who weighs more comes first") {
    std::vector<char> order;
    std::vector<std::future<tenancy::AsyncResult<void>>> done;
    {
      HeldWriter held{test.store, test.enter(test.create_tenant("initech"))};
      weight = [&](tenancy::TenantId tenant) { return tenant == test.globex.id ? 5000U : 0U; };
      for (int i = 0; i < 2 * each; ++i) {
        const bool is_acme = i < each;
        done.push_back(future_write(test.store, is_acme ? acme : globex,
                                    [&order, is_acme, i](WriteTransaction& tx) {
                                      order.push_back(is_acme ? 'a' : 'g');
                                      return insert_note(tx, std::to_string(i));
                                    }));
      }
      must(held.finish());
    }
    for (auto& one : done) {
      must(one.get().get());
    }
    const auto last = order.rend() - std::find(order.rbegin(), order.rend(), 'g');
    CHECK(std::count(order.begin(), order.begin() + last, 'a') < each / 2);
  }
  SUBCASE("and may throw without harm") {
    weight = [](tenancy::TenantId) -> std::uint32_t { throw std::runtime_error{"no weight"}; };
    CHECK_THROWS_AS(static_cast<void>(Repository<Note>{test.store, acme}.insert({.title = "x"})),
                    std::runtime_error);
    auto late =
        future_write(test.store, acme, [](WriteTransaction& tx) { return insert_note(tx, "y"); });
    CHECK_THROWS_AS(static_cast<void>(late.get().get()), std::runtime_error);
    weight = nullptr;
    must(Repository<Note>{test.store, acme}.insert({.title = "x"}));
    CHECK(ids_of(test, acme).size() == 1);
  }
}
