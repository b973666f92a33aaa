// What becomes of a store whose connections are cut, or whose process dies.

#include <atomic>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

void cut(Look& look) {
  const auto done = look.place().cut();
  if (!done && done.error() == errc::not_supported) {
    throw NotApplicable{"Place::cut is not overridden"};
  }
  got("cutting the connections", done);
}

/// An error that says whether anything was done.
template <class T>
bool is_told_apart(const Result<T>& outcome) {
  return outcome || outcome.error() == Condition::unavailable ||
         outcome.error() == Condition::unknown_outcome || outcome.error() == errc::transaction_lost;
}

void expect_recovery(Look& look, const Handle& handle, const TenantContext& context) {
  std::string last = "not tried";
  const bool recovers = comes_true(look.patience(), [&] {
    const auto found = handle.cards(context).count();
    last = shown(found);
    return found.has_value();
  });
  expect(recovers, "the store is used again without being opened again", last);
}

void check_cut(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const auto other = handle.enter(handle.create("other"));
  got("inserting a row", handle.cards(context).insert(card("a", "a")));
  got("inserting a row", handle.cards(other).insert(card("b", "of other")));
  bool was_cut = false;
  const auto outcome = handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Card> cards{tx};
    BOOST_OUTCOME_TRY(cards.insert(card("x", "must not stay")));
    if (!was_cut) {
      was_cut = true;
      cut(look);
    }
    BOOST_OUTCOME_TRY(cards.count());
    return Error{errc::version_conflict, "the unit gives up, had it not been cut"};
  });
  expect(!outcome && (is_told_apart(outcome) || outcome.error() == errc::version_conflict),
         "a write whose connection is cut fails and says so", shown(outcome));
  expect_recovery(look, handle, context);
  expect_titles("the tenant", {"a"}, handle.cards(context));
  expect_titles("another tenant", {"of other"}, handle.cards(other));

  cut(look);
  const auto behind = handle.cards(context).insert(card("c", "c"));
  expect(is_told_apart(behind), "a write behind a cut succeeds, or is unavailable, or unknown",
         shown(behind));
  expect_recovery(look, handle, context);
}

void check_acknowledged(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  constexpr int threads = 3;
  constexpr int cuts = 3;
  std::mutex mutex;
  std::set<std::string> acknowledged;
  std::set<std::string> unknown;
  std::string wrong;
  std::atomic<int> tried{0};
  std::vector<std::jthread> all;
  all.reserve(threads);
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread](const std::stop_token& stop) {
      for (int number = 0; !stop.stop_requested(); ++number) {
        const auto name = std::to_string(thread) + "/" + std::to_string(number);
        const auto outcome =
            handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
              BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card(name, name)));
              return success();
            });
        const std::scoped_lock lock{mutex};
        if (outcome) {
          acknowledged.insert(name);
        } else if (outcome.error() == Condition::unknown_outcome) {
          unknown.insert(name);
        } else if (!is_told_apart(outcome)) {
          wrong = shown(outcome);
        }
        ++tried;
      }
    });
  }
  std::string why_not;
  for (int i = 0; i < cuts && why_not.empty(); ++i) {
    const int before = tried;
    comes_true(look.patience(), [&] { return tried >= before + 2 * threads; });
    const auto done = look.place().cut();
    why_not = done ? std::string{} : shown(done);
  }
  const int before = tried;
  comes_true(look.patience(), [&] { return tried >= before + threads; });
  for (auto& thread : all) {
    thread.request_stop();
  }
  for (auto& thread : all) {
    thread.join();
  }
  if (why_not.starts_with("not_supported")) {
    throw NotApplicable{"Place::cut is not overridden"};
  }
  expect(why_not.empty(), "cutting the connections succeeds", why_not);
  expect(wrong.empty(), "writes beside cuts succeed, are unavailable or unknown", wrong);
  expect_recovery(look, handle, context);
  std::set<std::string> there;
  got("visiting the rows",
      handle.cards(context).for_each({}, [&](const Card& found) { there.insert(found.title); }));
  for (const auto& name : acknowledged) {
    expect(there.contains(name), "each write that was acknowledged is there", "one that is not");
  }
  for (const auto& name : there) {
    expect(acknowledged.contains(name) || unknown.contains(name),
           "a write that failed for certain is not there", "one that is");
  }
}

void check_crash(Look& look) {
  const auto handle = look.open();
  const auto tenant = handle.create("tenant");
  const auto context = handle.enter(tenant);
  got("inserting a row", handle.cards(context).insert(card("a", "a")));
  Result<std::string> found = Error{errc::internal, "the unit did not run"};
  static_cast<void>(handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("x", "must not stay")));
    found = look.place().crash();
    return Error{errc::version_conflict, "the unit gives up"};
  }));
  if (!found && found.error() == errc::not_supported) {
    throw NotApplicable{"Place::crash is not overridden"};
  }
  const auto again = look.open_at(got("crashing", found));
  const auto in_again = again.enter(tenant);
  expect_titles("the tenant, after a crash in its write,", {"a"}, again.cards(in_again));
  got("a write after a crash", again.cards(in_again).insert(card("b", "b")));
}

}  // namespace

std::vector<Entry> fault_checks() {
  return {
      {{"fault.cut",
        "A write whose connection is cut fails with an error that says so and leaves nothing; the "
        "store goes on by itself."},
       &check_cut},
      {{"fault.acknowledged",
        "However often connections are cut, what was acknowledged is kept and what failed for "
        "certain is not."},
       &check_acknowledged},
      {{"fault.crash",
        "After a crash, what was acknowledged is there and what was under way is not."},
       &check_crash},
  };
}

}  // namespace tenancy::inline v0::conformance
