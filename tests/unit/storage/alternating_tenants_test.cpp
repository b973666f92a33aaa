// One connection for reading, one for writing, and two tenants in turn, with units that fail in
// every way there is: nothing of one transaction may be left for the next.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "property/dice.hpp"
#include "support/entities.hpp"
#include "support/postgres_place.hpp"
#include "support/sanitized.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::field;
using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Visit;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Stopper;
using tenancy_test::TestStore;

namespace {

struct HostError : std::runtime_error {
  HostError() : std::runtime_error{"the host's own"} {}
};

class Counts final : public tenancy::StoreObserver {
 public:
  void on_isolation_alarm(const tenancy::IsolationAlarm& /*alarm*/) noexcept override { ++alarms; }
  void on_transaction(const tenancy::TransactionReport& report) noexcept override {
    prepared += report.prepared;
  }

  std::atomic<int> alarms = 0;
  std::atomic<std::uint64_t> prepared = 0;
};

constexpr int rows_of_a_tenant = 5;

/// One tenant, whose rows have the keys that all have, and say whose they are and how often they
/// were written.
class Player {
 public:
  Player(const TestStore& test, const tenancy::Tenant& tenant)
      : test_{test}, tenant_{tenant}, context_{test.enter(tenant)} {
    for (int i = 0; i < rows_of_a_tenant; ++i) {
      must(Repository<Note>{test_.store, context_}.insert(row(i)));
    }
  }

  void commit() {
    ++generation_;
    must(test_.store.write(context_, [&](WriteTransaction& tx) -> Result<void> {
      for (int i = 0; i < rows_of_a_tenant; ++i) {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.update(row(i)));
      }
      return tenancy::success();
    }));
  }

  /// Something that changes nothing, because it only reads or because it fails midway.
  void play(int turn) const {
    const int what = turn % kinds;
    switch (what) {
      case 0:
        return fail(what, {}, errc::invalid_argument, [](WriteTransaction&) -> Result<void> {
          return tenancy::Error{errc::invalid_argument, "dropped"};
        });
      case 1:
        CHECK_THROWS_AS(fail(what, {}, errc::internal,
                             [](WriteTransaction&) -> Result<void> { throw HostError{}; }),
                        HostError);
        return;
      case 2: {
        const Stopper stopper;
        return fail(what, stopper.options(), errc::cancelled, [&](WriteTransaction& tx) {
          stopper.request_stop();
          return count(tx);
        });
      }
      case 3: {
        const auto options = late(turn);
        return fail(what, options, errc::deadline_exceeded,
                    [&](WriteTransaction& tx) { return count_until_refused(tx); });
      }
      case 4:
        return fail(what, {}, errc::already_exists, [&](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert(row(1)));
          return tenancy::success();
        });
      case 5:
        return fail(what, {}, errc::constraint_violation,
                    [&](WriteTransaction& tx) -> Result<void> {
                      Note note = row(1);
                      note.stars = -1;
                      BOOST_OUTCOME_TRY(Repository<Note>{tx}.upsert(note));
                      return tenancy::success();
                    });
      case 6:
        // Leaves a statement in the midst of its rows.
        CHECK_THROWS_AS(static_cast<void>(visit([](const Note&) -> Visit { throw HostError{}; })),
                        HostError);
        return;
      case 7:
        must(visit([](const Note&) { return Visit::stop; }));
        return;
      case 8: {
        const Stopper stopper;
        const auto outcome =
            test_.store.read(context_, stopper.options(), [&](ReadTransaction& tx) -> Result<void> {
              stopper.request_stop();
              return count(tx);
            });
        CHECK(code_of(outcome) == errc::cancelled);
        return;
      }
      case 9: {
        const auto options = late(turn);
        const auto outcome = test_.store.read(
            context_, options,
            [&](ReadTransaction& tx) -> Result<void> { return count_until_refused(tx); });
        CHECK(code_of(outcome) == errc::deadline_exceeded);
        return;
      }
      default: {
        const auto outcome = test_.store.read(context_, [](ReadTransaction&) -> Result<void> {
          return tenancy::Error{errc::not_found, "dropped"};
        });
        CHECK(code_of(outcome) == errc::not_found);
      }
    }
  }
  /// Its own rows, all of them, as last committed.
  void look() const {
    int seen = 0;
    bool is_right = true;
    must(ReadRepository<Note>{test_.store, context_}.for_each({}, [&](const Note& note) {
      is_right = is_right && note.title == row(seen).title && note.stars == generation_;
      ++seen;
    }));
    REQUIRE(is_right);
    REQUIRE(seen == rows_of_a_tenant);
  }

  /// Out at once, and the other one is not; back with a new context.
  void suspend_and_return(const Player& other) {
    must(test_.registry.suspend(tenant_.id));
    const ReadRepository<Note> notes{test_.store, context_};
    CHECK(code_of(notes.find("0")) == errc::tenant_not_active);
    CHECK(code_of(Repository<Note>{test_.store, context_}.erase("0")) == errc::tenant_not_active);
    other.look();
    must(test_.registry.activate(tenant_.id));
    CHECK(code_of(notes.find("0")) == errc::stale_context);
    context_ = test_.enter(tenant_);
  }

 private:
  [[nodiscard]] Note row(int number) const {
    return {.id = std::to_string(number),
            .title = tenant_.slug.to_string() + std::to_string(number),
            .stars = generation_};
  }

  static constexpr int kinds = 11;

  /// A deadline that passes midway, now and then, since that is seen only after some milliseconds;
  /// one that has passed already otherwise.
  static CallOptions late(int turn) {
    return CallOptions::within(std::chrono::microseconds{turn / kinds % 20 == 0 ? 200 : -1});
  }

  /// A write that first changes rows and then ends in `end`.
  template <class End>
  void fail(int what, const CallOptions& options, errc expected, End end) const {
    const auto outcome =
        test_.store.write(context_, options, [&](WriteTransaction& tx) -> Result<void> {
          const Repository<Note> notes{tx};
          BOOST_OUTCOME_TRY(notes.erase("0"));
          BOOST_OUTCOME_TRY(notes.insert({.id = "residue", .title = "residue", .stars = what}));
          return end(tx);
        });
    CHECK(code_of(outcome) == expected);
  }
  template <class Visitor>
  Result<void> visit(Visitor visitor) const {
    return ReadRepository<Note>{test_.store, context_}.for_each(field<&Note::stars> == generation_,
                                                                visitor);
  }
  static Result<void> count(ReadTransaction& tx) {
    BOOST_OUTCOME_TRY(ReadRepository<Note>{tx}.count());
    return tenancy::success();
  }
  static Result<void> count_until_refused(ReadTransaction& tx) {
    while (true) {
      BOOST_OUTCOME_TRY(count(tx));
    }
  }

  const TestStore& test_;
  tenancy::Tenant tenant_;
  tenancy::TenantContext context_;
  std::int64_t generation_ = 0;
};

/// Nobody holds a snapshot or a lock: on SQLite the whole log can be moved and the writer's lock be
/// had.
void require_nothing_open(const TestStore& test) {
  if (tenancy_test::is_on_postgres()) {
    const auto open = test.rows_raw(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'), "
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid "
        "FROM pg_database WHERE datname = current_database()))");
    REQUIRE(open.at(0).at(0) == "0");
    REQUIRE(open.at(0).at(1) == "0");
  } else {
    auto raw = test.raw();
    SQLite::Statement checkpoint{raw, "PRAGMA wal_checkpoint(TRUNCATE)"};
    REQUIRE(checkpoint.executeStep());
    REQUIRE(checkpoint.getColumn(0).getInt() == 0);
    checkpoint.reset();
    raw.exec("BEGIN IMMEDIATE");
    raw.exec("ROLLBACK");
  }
  const auto health = test.authority.health({.write_probe = tenancy::WriteProbe::none});
  for (const auto& figure : health.find("store")->figures) {
    if (figure.name == "readers_in_use" || figure.name == "writes_waiting") {
      REQUIRE(figure.value == 0);
    }
  }
}

TestStore with_one_connection(tenancy::StoreOptions options) {
  if (tenancy_test::is_on_postgres()) {
    return TestStore{std::make_unique<tenancy_test::PostgresPlace>(
        tenancy::OpenOptions{.migrations = tenancy_test::test_schema(),
                             .store = std::move(options)},
        tenancy::postgres::PostgresOptions{.max_connections = 1})};
  }
  options.readers = 1;
  return TestStore{std::move(options)};
}

}  // namespace

TEST_CASE("two tenants in turn on a pool of one leave each other nothing, however units end") {
  const bool is_few = tenancy_test::is_sanitized || tenancy_test::is_on_postgres();
  const int turns = is_few ? 4'000 : 100'000;
  const auto counts = std::make_shared<Counts>();
  const std::chrono::hours long_enough{1};  // However busy the machine is.
  const TestStore test = with_one_connection({.max_wait = long_enough,
                                              .statements = 16,
                                              .max_snapshot_age = long_enough,
                                              .writes = {.max_unit_hold = long_enough},
                                              .observer = counts});
  std::vector<Player> players;
  players.emplace_back(test, test.acme);
  players.emplace_back(test, test.globex);
  std::uint64_t prepared_when_warm = 0;
  for (int turn = 0; turn < turns; ++turn) {
    CAPTURE(turn);
    Player& player = players[static_cast<std::size_t>(turn % 2)];
    Player& other = players[static_cast<std::size_t>((turn + 1) % 2)];
    // Both tenants come to each way of ending.
    player.play(turn / 2);
    other.look();
    if (turn % 50 < 2) {
      player.commit();
    }
    player.look();
    if (turn % 1000 == 999) {
      player.suspend_and_return(other);
      require_nothing_open(test);
    }
    if (turn == turns / 2) {
      prepared_when_warm = counts->prepared;
    }
  }
  CHECK(counts->alarms == 0);
  // All statements that are used are at hand, and none was given up for that.
  // On PostgreSQL they go with a connection on which a call was stopped.
  CHECK((tenancy_test::is_on_postgres() || counts->prepared == prepared_when_warm));
}
