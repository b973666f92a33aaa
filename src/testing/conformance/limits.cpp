// How long calls take, and how many of them wait.

#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <stop_token>
#include <thread>

#include "tenancy/storage/transaction.hpp"

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

using detail::SessionAccess;
using detail::StaticSql;

/// Takes seconds, and in any case longer than the deadline here.
constexpr StaticSql long_sql{
    "WITH RECURSIVE numbers(n) AS (SELECT CAST(1 AS BIGINT) UNION ALL "
    "SELECT n + 1 FROM numbers WHERE n < 4000000) "
    "SELECT CAST(?1 AS BIGINT), count(*) FROM numbers"};
constexpr StaticSql short_sql{"SELECT tenant_id FROM conformance_cards WHERE tenant_id = ?1"};

/// Keeps a row, and where there is one the writer, in a write that goes on until it is let go.
class Holder {
 public:
  Holder(const Handle& handle, const TenantContext& context)
      : thread_{[this, &handle, &context] {
          outcome_ = handle.store().write(context, [this](WriteTransaction& tx) -> Result<void> {
            auto written = Repository<Card>{tx}.update(card("held", "held", 1));
            if (!has_begun_.exchange(true)) {
              begun_.count_down();
              let_go_.wait();
            }
            BOOST_OUTCOME_TRY(std::move(written));
            return success();
          });
          if (!has_begun_.exchange(true)) {
            begun_.count_down();
          }
        }} {
    begun_.wait();
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { static_cast<void>(finish()); }

  Result<void> finish() {
    if (thread_.joinable()) {
      is_over_ = true;
      let_go_.count_down();
      thread_.join();
    }
    return outcome_;
  }
  [[nodiscard]] bool is_over() const noexcept { return is_over_; }

 private:
  std::atomic<bool> has_begun_{false};
  std::atomic<bool> is_over_{false};
  std::latch begun_{1};
  std::latch let_go_{1};
  Result<void> outcome_ = success();
  std::jthread thread_;
};

/// A store with a row that can be held.
struct Held {
  explicit Held(Look& look, const Look::Change& change = {})
      : handle{look.open(change)}, context{handle.enter(handle.create("tenant"))} {
    got("inserting a row", handle.cards(context).insert(card("held", "held")));
  }

  [[nodiscard]] Result<void> change(const CallOptions& call) const {
    BOOST_OUTCOME_TRY(handle.cards(context, call).update(card("held", "held", 7)));
    return success();
  }
  /// Nothing is left behind: the row is what the holder made of it, and all goes on.
  void expect_well() const {
    equal<std::int64_t>("the row that was waited for", 1,
                        got("finding a row", handle.cards(context).require("held")).stars);
    got("a write afterwards", handle.cards(context).insert(card("after", "after")));
    expect_titles("the tenant afterwards", {"held", "after"}, handle.cards(context));
  }

  Handle handle;
  TenantContext context;
};

/// A call on a thread of its own, which is ended by force when the store's patience is.
template <class Call>
auto within_patience(Look& look, Holder& holder, std::string_view what, Call&& call) {
  std::atomic<bool> has_returned{false};
  auto outcome = Result<void>{success()};
  std::jthread thread{[&] {
    outcome = call();
    has_returned = true;
  }};
  const bool was_in_time = comes_true(look.patience(), [&] { return has_returned.load(); });
  if (!was_in_time) {
    static_cast<void>(holder.finish());
  }
  thread.join();
  expect(was_in_time, std::string{what} + " ends while what it waits for goes on",
         "it waited on, and then " + shown(outcome));
  return outcome;
}

/// What a write comes to that ends while it waits behind another one. A server that is too busy to
/// say what became of it leaves that open, so that it may be kept or not; but not each time.
Result<void> ended_while_waiting(Look& look, Result<void> (*end)(Look&, const Held&, Holder&)) {
  constexpr int most_tries = 5;
  for (int tries = 1;; ++tries) {
    const Held held{look};
    Holder holder{held.handle, held.context};
    auto outcome = end(look, held, holder);
    got("the write that was waited for", holder.finish());
    const bool is_left_open = !outcome && outcome.error() == errc::commit_unknown;
    if (!is_left_open) {
      held.expect_well();
    }
    if (!is_left_open || tries == most_tries) {
      return outcome;
    }
  }
}

Result<void> end_by_deadline(Look& look, const Held& held, Holder& holder) {
  return within_patience(look, holder, "a write with a deadline",
                         [&] { return held.change(soon()); });
}

void check_deadline_waiting(Look& look) {
  refused("a write with a deadline that waits behind another one",
          ended_while_waiting(look, &end_by_deadline), {errc::deadline_exceeded});
}

Result<void> end_by_stop(Look& look, const Held& held, Holder& holder) {
  std::stop_source stop;
  const std::jthread stopping{[&] {
    // Whether the call waits already cannot be told: it ends in either case.
    std::this_thread::yield();
    stop.request_stop();
  }};
  return within_patience(look, holder, "a write that is stopped", [&] {
    return held.change(
        {.deadline = CallOptions::Clock::time_point::max(), .stop = stop.get_token()});
  });
}

void check_stop_waiting(Look& look) {
  refused("a write that is stopped while it waits behind another one",
          ended_while_waiting(look, &end_by_stop), {errc::cancelled});
}

void check_passed(Look& look) {
  const Held held{look};
  const CallOptions late{.deadline = CallOptions::Clock::now() - std::chrono::seconds{1}};
  std::stop_source stop;
  stop.request_stop();
  const CallOptions stopped{.deadline = CallOptions::Clock::time_point::max(),
                            .stop = stop.get_token()};
  for (const auto& [call, code] :
       {std::pair{late, errc::deadline_exceeded}, std::pair{stopped, errc::cancelled}}) {
    refused("a write that was over before it began", held.change(call), {code});
    refused("a read that was over before it began", held.handle.cards(held.context, call).count(),
            {code});
  }
  equal<std::int64_t>("a row that a write was to change which was over before it began", 0,
                      got("finding a row", held.handle.cards(held.context).require("held")).stars);
}

Result<void> run_long(const Held& held, const CallOptions& call) {
  return held.handle.store().read(held.context, call, [](ReadTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(auto lease, SessionAccess::of(tx).prepare(long_sql));
    BOOST_OUTCOME_TRY(lease->step());
    return success();
  });
}

void check_deadline_running(Look& look) {
  const Held held{look};
  refused("a statement that goes on beyond the call's deadline", run_long(held, soon()),
          {errc::deadline_exceeded});
  expect_titles("the tenant afterwards", {"held"}, held.handle.cards(held.context));
}

void check_stop_running(Look& look) {
  const Held held{look};
  std::stop_source stop;
  std::atomic<bool> runs{false};
  std::jthread stopping{[&] {
    comes_true(look.patience(), [&] { return runs.load(); });
    stop.request_stop();
  }};
  const auto outcome = held.handle.store().read(
      held.context,
      CallOptions{.deadline = CallOptions::Clock::time_point::max(), .stop = stop.get_token()},
      [&](ReadTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(auto lease, SessionAccess::of(tx).prepare(long_sql));
        runs = true;
        BOOST_OUTCOME_TRY(lease->step());
        return success();
      });
  runs = true;
  stopping.join();
  refused("a statement that is stopped", outcome, {errc::cancelled});
  expect_titles("the tenant afterwards", {"held"}, held.handle.cards(held.context));
}

/// What one transaction may take here; a busy machine opens a store within it.
constexpr std::chrono::milliseconds budget{400};

/// Statement after statement, until one is refused, or long after one should have been.
Result<void> go_on(ReadTransaction& tx) {
  const auto until = CallOptions::Clock::now() + 20 * budget;
  while (CallOptions::Clock::now() < until) {
    BOOST_OUTCOME_TRY(auto lease, SessionAccess::of(tx).prepare(short_sql));
    BOOST_OUTCOME_TRY(lease->step());
  }
  return success();
}

void check_hold(Look& look) {
  const Held held{look, [](OpenOptions& options) { options.store.writes.max_unit_hold = budget; }};
  refused(
      "a write that takes longer than one may",
      held.handle.store().write(held.context,
                                [&](WriteTransaction& tx) -> Result<void> {
                                  BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("x", "x")));
                                  return go_on(tx);
                                }),
      {errc::hold_budget_exceeded});
  expect_titles("the tenant afterwards", {"held"}, held.handle.cards(held.context));
}

void check_age(Look& look) {
  const Held held{look, [](OpenOptions& options) { options.store.max_snapshot_age = budget; }};
  refused("a read that takes longer than one may",
          held.handle.store().read(held.context, [](ReadTransaction& tx) { return go_on(tx); }),
          {errc::snapshot_too_old});
  expect_titles("the tenant afterwards", {"held"}, held.handle.cards(held.context));
}

void check_queue(Look& look) {
  constexpr std::size_t waiting = 4;
  constexpr int writes = 120;
  const Held held{
      look, [](OpenOptions& options) { options.store.writes.max_waiting_per_tenant = waiting; }};
  std::mutex mutex;
  std::condition_variable told;
  int left = writes;
  int refusals = 0;
  std::int64_t kept = 0;
  std::string wrong;
  {
    Holder holder{held.handle, held.context};
    for (int number = 0; number < writes; ++number) {
      held.handle.store().async_write(
          held.context,
          // Behind the row that is held, where there is no one writer.
          [name = std::to_string(number)](WriteTransaction& tx) -> Result<void> {
            const Repository<Card> cards{tx};
            BOOST_OUTCOME_TRY(cards.update(card("held", "held", 1)));
            BOOST_OUTCOME_TRY(cards.insert(card(name, name)));
            return success();
          },
          [&](AsyncResult<void> result) {
            const auto outcome = std::move(result).get();
            const std::scoped_lock lock{mutex};
            if (outcome) {
              ++kept;
            } else if (outcome.error() == errc::overloaded) {
              ++refusals;
            } else if (outcome.error() != Condition::unavailable) {
              wrong = shown(outcome);
            }
            --left;
            told.notify_one();
          });
    }
    // Those that may not wait are told while the others wait.
    std::unique_lock lock{mutex};
    const bool were_told = told.wait_for(lock, look.patience(), [&] { return refusals > 0; });
    lock.unlock();
    got("the write that was waited for", holder.finish());
    lock.lock();
    told.wait(lock, [&] { return left == 0; });
    expect(were_told, "of more writes than may wait, some are refused with overloaded",
           "that all of them waited");
  }
  expect(wrong.empty(), "writes that wait succeed or are unavailable", wrong);
  equal("the number of rows of the writes that succeeded", kept + 1,
        got("counting rows", held.handle.cards(held.context).count()));
}

void check_told(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  struct Told {
    std::mutex mutex;
    std::condition_variable changed;
    int times = 0;
    std::string what = {};
  };
  const auto told = std::make_shared<Told>();
  const auto tell = [told](AsyncResult<int> result) {
    std::string what;
    try {
      what = shown(std::move(result).get());
    } catch (const std::exception& thrown) {
      what = thrown.what();
    }
    const std::scoped_lock lock{told->mutex};
    ++told->times;
    told->what = std::move(what);
    told->changed.notify_all();
  };
  const auto expect_told = [&](std::string_view of, std::string_view begins) {
    std::unique_lock lock{told->mutex};
    told->changed.wait_for(lock, look.patience(), [&] { return told->times > 0; });
    equal(std::string{"how often a completion is told of "} + std::string{of}, 1, told->times);
    expect(told->what.starts_with(begins),
           "a completion is told of " + std::string{of} + ": " + std::string{begins}, told->what);
    told->times = 0;
  };
  const auto store = handle.store();
  store.async_write(
      context,
      [](WriteTransaction& tx) -> Result<int> {
        BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("a", "a")));
        return 1;
      },
      tell);
  expect_told("a write that succeeds", "success");
  store.async_write(
      context,
      [](WriteTransaction&) -> Result<int> {
        return Error{errc::version_conflict, "the unit gives up"};
      },
      tell);
  expect_told("a unit that fails", "version_conflict");
  store.async_write(
      context, [](WriteTransaction&) -> Result<int> { throw std::runtime_error{"the unit's own"}; },
      tell);
  expect_told("a unit that throws", "the unit's own");
  store.async_write(
      context.narrowed_to(Scope::read), [](WriteTransaction&) -> Result<int> { return 1; }, tell);
  expect_told("a write that is refused", "access_denied");
  expect_titles("the tenant", {"a"}, handle.cards(context));
}

}  // namespace

std::vector<Entry> limit_checks() {
  return {
      {{"deadline.passed", "A call that is over before it begins does nothing."}, &check_passed},
      {{"deadline.waiting", "A write that waits ends at its deadline, and keeps nothing."},
       &check_deadline_waiting},
      {{"deadline.running", "A statement that runs ends at the call's deadline."},
       &check_deadline_running},
      {{"stop.waiting", "A write that waits ends when it is stopped, and keeps nothing."},
       &check_stop_waiting},
      {{"stop.running", "A statement that runs ends when the call is stopped."},
       &check_stop_running},
      {{"limits.hold",
        "A write that takes longer than one may is hold_budget_exceeded, and keeps "
        "nothing."},
       &check_hold},
      {{"limits.age", "A read that takes longer than one may is snapshot_too_old."}, &check_age},
      {{"limits.queue",
        "Of a tenant's writes, no more wait than may: the others are overloaded at once, and done "
        "not at all."},
       &check_queue},
      {{"async.told",
        "The completion of an asynchronous write is called once, with the unit's result, its "
        "exception or the refusal."},
       &check_told},
  };
}

}  // namespace tenancy::inline v0::conformance
