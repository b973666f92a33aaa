// Threads of several tenants write at once: units that succeed, fail, throw, break the batch they
// are in, come too late or are stopped. What is on disk in the end is what was acknowledged.

#include <array>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/report_log.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Error;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::future_write;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::ReportLog;
using tenancy_test::Stopper;
using tenancy_test::TestStore;

namespace {

using namespace std::chrono_literals;

/// Tenant and key of a row.
using Row = std::pair<std::int64_t, std::string>;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  int below(int bound) { return std::uniform_int_distribution{0, bound - 1}(engine_); }

 private:
  std::mt19937_64 engine_;
};

/// Takes numbers from a seed, `TENANCY_TEST_SEED` or a new one.
std::uint64_t test_seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

/// One thread of one tenant.
class Writer {
 public:
  Writer(const TestStore& test, const tenancy::Tenant& tenant, int number, std::uint64_t seed)
      : test_{test},
        context_{test.enter(tenant)},
        name_{std::to_string(number) + "-"},
        dice_{seed + static_cast<std::uint64_t>(number)} {}

  void play(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      play_one();
    }
    for (auto& [ids, outcome] : pending_) {
      note(ids, outcome.get().get());
    }
  }

  [[nodiscard]] const std::set<Row>& acknowledged() const { return acknowledged_; }
  [[nodiscard]] int transactions() const { return transactions_; }

 private:
  using Ids = std::vector<std::string>;

  std::string next_id() { return name_ + std::to_string(++last_); }

  void note(const Ids& ids, const Result<void>& outcome) {
    if (!outcome) {
      // Whether those reached the disk could not be told, and nothing here causes them.
      CHECK(outcome.error() != errc::commit_unknown);
      CHECK(outcome.error() != errc::io_error);
      CHECK(outcome.error() != errc::internal);
      return;
    }
    ++transactions_;
    for (const auto& id : ids) {
      acknowledged_.emplace(context_.tenant().value(), id);
    }
  }

  static Result<void> insert(WriteTransaction& tx, const Ids& ids) {
    for (const auto& id : ids) {
      BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id}));
    }
    return success();
  }

  static Result<void> break_batch(WriteTransaction& tx) {
    static_cast<void>(Repository<Note>{tx}.insert({.title = "bomb"}));
    return success();
  }

  void play_one() {
    Ids ids;
    for (int i = dice_.below(3); i >= 0; --i) {
      ids.push_back(next_id());
    }
    const auto& store = test_.store;
    const Stopper stopper;
    switch (dice_.below(12)) {
      case 0:
        return note({}, store.write(context_, [&](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(insert(tx, ids));
          return Error{errc::invalid_argument, "fails"};
        }));
      case 1:
        CHECK_THROWS_AS(static_cast<void>(store.write(context_,
                                                      [&](WriteTransaction& tx) -> Result<void> {
                                                        BOOST_OUTCOME_TRY(insert(tx, ids));
                                                        throw std::runtime_error{"throws"};
                                                      })),
                        std::runtime_error);
        return;
      case 2: {
        const auto outcome = store.write(context_, [&](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(insert(tx, ids));
          return break_batch(tx);
        });
        CHECK(code_of(outcome) == errc::transaction_lost);
        return;
      }
      case 3:
        return note(ids, store.write(context_, [&](WriteTransaction& tx) {
          const auto nested = store.write(
              context_, [&](WriteTransaction& inner) { return insert(inner, {"nested"}); });
          CHECK(code_of(nested) == errc::nested_write);
          return insert(tx, ids);
        }));
      case 4:
        return note(
            ids,
            store.write(context_, CallOptions::within(std::chrono::microseconds{dice_.below(3000)}),
                        [&](WriteTransaction& tx) { return insert(tx, ids); }));
      case 5:
        return note(ids, store.write(context_, stopper.options(), [&](WriteTransaction& tx) {
          if (dice_.below(2) == 0) {
            stopper.request_stop();
          }
          return insert(tx, ids);
        }));
      case 6: {
        auto outcome =
            future_write(store, context_, [ids](WriteTransaction& tx) { return insert(tx, ids); });
        pending_.emplace_back(ids, std::move(outcome));
        return;
      }
      case 7: {
        const bool stops = dice_.below(2) == 0;
        auto outcome =
            future_write(store, context_, stopper.options(),
                         [ids, breaks = dice_.below(3) == 0](WriteTransaction& tx) -> Result<void> {
                           BOOST_OUTCOME_TRY(insert(tx, ids));
                           return breaks ? break_batch(tx) : Result<void>{success()};
                         });
        if (stops) {
          stopper.request_stop();
        }
        pending_.emplace_back(ids, std::move(outcome));
        return;
      }
      case 8:
      case 9: {
        const auto stored =
            Repository<Note>{store, context_}.insert({.id = ids[0], .title = ids[0]});
        return note({ids[0]}, stored ? Result<void>{success()} : Result<void>{stored.error()});
      }
      case 10: {
        const auto stored = Repository<Note>{store, context_}.insert({.title = "bomb"});
        CHECK_FALSE(stored.has_value());
        return;
      }
      default:
        return note(ids,
                    store.write(context_, [&](WriteTransaction& tx) { return insert(tx, ids); }));
    }
  }

  const TestStore& test_;
  tenancy::TenantContext context_;
  std::string name_;
  Dice dice_;
  int last_ = 0;
  int transactions_ = 0;
  std::set<Row> acknowledged_;
  std::vector<std::pair<Ids, std::future<tenancy::AsyncResult<void>>>> pending_;
};

}  // namespace

TEST_CASE("what is on disk is what was acknowledged, whatever else shared its commits") {
  const std::uint64_t seed = test_seed();
  std::cout << "TENANCY_TEST_SEED=" << seed << '\n';
  CAPTURE(seed);
  constexpr int threads_of_each = 3;
  constexpr int rounds = 300;
  const auto log = std::make_shared<ReportLog>();
  tenancy::StoreOptions options{.max_wait = 10min, .observer = log};
  options.wal.checkpoint_bytes = std::size_t{256} << 10U;
  const TestStore test{options};
  const std::array tenants{test.acme, test.globex, test.create_tenant("initech")};
  test.run_raw(
      "CREATE TRIGGER bomb BEFORE INSERT ON notes WHEN new.title = 'bomb' "
      "BEGIN SELECT RAISE(ROLLBACK, 'boom'); END");
  log->forget_batches();

  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < threads_of_each; ++i) {
    for (const auto& tenant : tenants) {
      writers.push_back(
          std::make_unique<Writer>(test, tenant, static_cast<int>(writers.size()), seed));
    }
  }
  std::vector<std::thread> threads;
  threads.reserve(writers.size());
  for (const auto& writer : writers) {
    threads.emplace_back([&writer] { writer->play(rounds); });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  std::set<Row> acknowledged;
  std::size_t transactions = 0;
  for (const auto& writer : writers) {
    acknowledged.insert(writer->acknowledged().begin(), writer->acknowledged().end());
    transactions += static_cast<std::size_t>(writer->transactions());
  }
  std::set<Row> stored;
  for (const auto& raw : test.raws()) {
    SQLite::Statement query{raw, "SELECT tenant_id, id FROM notes"};
    while (query.executeStep()) {
      stored.emplace(query.getColumn(0).getInt64(), query.getColumn(1).getString());
    }
  }
  CHECK(stored == acknowledged);
  CHECK(transactions > 0);
  std::size_t commits = 0;
  std::size_t replayed = 0;
  for (const auto& batch : log->await_transactions(transactions)) {
    commits += batch.committed ? 1 : 0;
    replayed += batch.replayed;
  }
  std::cout << transactions << " transactions in " << commits << " commits, " << replayed
            << " replayed\n";
}
