// In which order writes take effect.

#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

void check_calls(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const auto cards = handle.cards(context);
  got("inserting a row", cards.insert(card("a", "a")));
  constexpr std::int64_t rounds = 20;
  for (std::int64_t round = 1; round <= rounds; ++round) {
    got("updating a row", cards.update(card("a", "a", round)));
    const auto seen =
        got("a unit that reads and writes",
            handle.store().write(context, [&](WriteTransaction& tx) -> Result<std::int64_t> {
              const Repository<Card> within{tx};
              BOOST_OUTCOME_TRY(const auto now, within.require("a"));
              BOOST_OUTCOME_TRY(within.upsert(card("b", "b", round)));
              return now.stars;
            }));
    equal("what a write finds that one before it has written", round, seen);
  }
  equal("the value that was written last", rounds, got("finding a row", cards.require("a")).stars);
  equal("the value that was written last", rounds, got("finding a row", cards.require("b")).stars);
}

void check_async(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  constexpr int writes = 30;
  std::mutex mutex;
  std::condition_variable told;
  int left = writes;
  std::string wrong;
  for (int number = 0; number < writes; ++number) {
    handle.store().async_write(
        context,
        // The rows that are there already are those of the writes before.
        [number](WriteTransaction& tx) -> Result<bool> {
          const Repository<Card> cards{tx};
          BOOST_OUTCOME_TRY(const auto count, cards.count());
          const auto name = std::to_string(number);
          BOOST_OUTCOME_TRY(cards.insert(card(name, name)));
          return count == number;
        },
        [&, number](AsyncResult<bool> result) {
          const auto outcome = std::move(result).get();
          const std::scoped_lock lock{mutex};
          if (!outcome) {
            wrong = "write " + std::to_string(number) + " failed with " + shown(outcome);
          } else if (!outcome.value() && wrong.empty()) {
            wrong = "write " + std::to_string(number) + " found other writes before it";
          }
          --left;
          told.notify_one();
        });
  }
  std::unique_lock lock{mutex};
  told.wait(lock, [&] { return left == 0; });
  expect(wrong.empty(), "each write finds exactly those that were given before it", wrong);
}

/// Adds to a value what it has read of it, or fails.
Result<void> count_up(WriteTransaction& tx, const std::string& key) {
  const Repository<Card> cards{tx};
  BOOST_OUTCOME_TRY(auto found, cards.require(key));
  ++found.stars;
  BOOST_OUTCOME_TRY(cards.update(found));
  return success();
}

void check_serial(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto in_here = here.enter(tenant);
  const auto in_elsewhere = elsewhere.enter(tenant);
  got("inserting rows",
      here.cards(in_here).insert_many({card("sum", "sum"), card("x", "x", 1), card("y", "y", 1)}));

  constexpr int threads = 4;
  constexpr int rounds = 6;
  std::atomic<std::int64_t> acknowledged{0};
  std::latch begin{threads};
  std::vector<std::jthread> all;
  all.reserve(threads);
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] {
      const auto& handle = thread % 2 == 0 ? here : elsewhere;
      const auto& context = thread % 2 == 0 ? in_here : in_elsewhere;
      begin.arrive_and_wait();
      for (int round = 0; round < rounds; ++round) {
        // A store may refuse one of two that meet; it is not done then.
        if (handle.store().write(context,
                                 [](WriteTransaction& tx) { return count_up(tx, "sum"); })) {
          ++acknowledged;
        }
      }
    });
  }
  for (auto& thread : all) {
    thread.join();
  }
  equal("the sum that several threads counted up, each what it had read,", acknowledged.load(),
        got("finding a row", here.cards(in_here).require("sum")).stars);

  // Each takes one of two away while both are there: one after the other, one of them stays.
  const auto take = [](const Handle& handle, const TenantContext& context, const std::string& one,
                       const std::function<void()>& both_looked) {
    return handle.store().write(context, [&](WriteTransaction& tx) -> Result<bool> {
      const Repository<Card> cards{tx};
      BOOST_OUTCOME_TRY(const auto x, cards.require("x"));
      BOOST_OUTCOME_TRY(const auto y, cards.require("y"));
      both_looked();
      if (x.stars + y.stars < 2) {
        return false;
      }
      BOOST_OUTCOME_TRY(cards.update(card(one, one, 0)));
      return true;
    });
  };
  std::atomic<int> looks{0};
  const auto meet = [&] {
    // Both have looked before either writes, where the store lets two look at once.
    ++looks;
    comes_true(std::chrono::milliseconds{30}, [&] { return looks >= 2; });
  };
  std::jthread other{[&] { static_cast<void>(take(elsewhere, in_elsewhere, "y", meet)); }};
  static_cast<void>(take(here, in_here, "x", meet));
  other.join();
  const auto x = got("finding a row", here.cards(in_here).require("x")).stars;
  const auto y = got("finding a row", here.cards(in_here).require("y")).stars;
  expect(x + y >= 1, "two writes come to what one after the other would have come to",
         "both wrote as if the other had not");
}

}  // namespace

std::vector<Entry> order_checks() {
  return {
      {{"order.calls", "The writes of one caller take effect in the order of its calls."},
       &check_calls},
      {{"order.async",
        "Asynchronous writes of one tenant take effect in the order in which they were given.",
        true},
       &check_async},
      {{"order.serial",
        "Writes come to what they would have come to one after the other: none is lost, and none "
        "decides by what another one has changed."},
       &check_serial},
  };
}

}  // namespace tenancy::inline v0::conformance
