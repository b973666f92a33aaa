#include "storage/sqlite/writer.hpp"

#include <algorithm>
#include <utility>

#include "storage/forked_process.hpp"
#include "storage/writing_threads.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Steady = std::chrono::steady_clock;

/// A change of the schema takes as long as it takes; it is bounded for the sake of arithmetic.
constexpr std::chrono::hours longest_schema_change{24 * 365};

/// The part of a commit's usual time for which a leader waits for more.
constexpr int gather_part = 8;

/// Batches for which it does not wait when nobody came, at the most.
constexpr unsigned most_skips = 64;

FairQueueOptions queue_options(const WriteOptions& options) noexcept {
  return FairQueueOptions{.max_waiting_per_tenant = options.max_waiting_per_tenant,
                          .capacity = options.max_batch,
                          .max_share_percent = options.max_tenant_share};
}

}  // namespace

/// Marks the thread that runs a unit, for as long as it does.
class Writer::RunningMark {
 public:
  explicit RunningMark(std::atomic<std::thread::id>& running) noexcept : running_{running} {
    running_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  RunningMark(const RunningMark&) = delete;
  RunningMark& operator=(const RunningMark&) = delete;
  ~RunningMark() { running_.store(std::thread::id{}, std::memory_order_relaxed); }

 private:
  std::atomic<std::thread::id>& running_;
};

Writer::Writer(WriterLock& lock, Open open, Checkpointer& checkpointer, const StoreOptions& options)
    : options_{options.writes},
      max_wait_{options.max_wait},
      open_{std::move(open)},
      checkpointer_{checkpointer},
      observer_{options.observer.get()},
      queue_{queue_options(options.writes)},
      lock_{lock} {}

Result<void> Writer::open_connection(const CallLimits& limits) {
  if (connection_ == nullptr) {
    BOOST_OUTCOME_TRY(connection_, open_(limits));
  }
  return success();
}

Result<bool> Writer::submit(WriteUnit& unit, std::optional<TenantId> tenant, std::uint32_t weight) {
  // Only this thread can have stored its own id.
  if (running_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    return nested_write_error();
  }
  const std::scoped_lock lock{mutex_};
  BOOST_OUTCOME_TRY(queue_.push(tenant, unit, weight));
  if (is_led_) {
    if (gathers_) {
      arrived_.notify_one();
    }
    return false;
  }
  is_led_ = true;
  const WriteUnit* const first = queue_.pop();
  TENANCY_ASSERT(first == &unit, "writes were waiting and nobody led them");
  return true;
}

std::size_t Writer::waiting() const {
  const std::scoped_lock lock{mutex_};
  return queue_.waiting();
}

bool Writer::withdraw(WriteUnit& unit) noexcept {
  const std::scoped_lock lock{mutex_};
  return queue_.remove(unit);
}

void Writer::lead(WriteUnit& unit) noexcept {
  WriteUnit* next = &unit;
  while (next != nullptr) {
    run(*next);
    if (!in_same_process()) [[unlikely]] {
      // Whoever else waits has no thread here, and locks may be held by threads that are not here.
      // The one that leads waits for itself, also when it is another's unit that has forked.
      next->leave_writer();
      unit.outcome = forked_process_error();
      unit.exception = nullptr;
      unit.leave_writer();
      unit.finish();
      return;
    }
    next = pass_on();
  }
}

/// The next unit for this thread to run; nullptr when another thread leads or nothing is left.
WriteUnit* Writer::pass_on() {
  const auto here = std::this_thread::get_id();
  WriteUnit* next = nullptr;
  {
    std::unique_lock lock{mutex_};
    next = take_next();
    if (next == nullptr && kept_ > 0 && came_last_ > 1 && !is_solo_ && held_ == nullptr &&
        !is_full()) {
      gather(lock);
      next = take_next();
    }
  }
  if (next != nullptr) {
    if (next->runs_on(here)) {
      return next;
    }
    next->call_to_lead();
    return nullptr;
  }

  end_batch();
  WriteUnitList finished = std::exchange(finished_, {});
  came_last_ = finished.size();
  gather_until_ = {};
  const BatchReport report = std::exchange(report_, {});
  {
    const std::scoped_lock lock{mutex_};
    for (WriteUnit* unit = finished.first(); unit != nullptr; unit = unit->next) {
      queue_.finish(*unit, unit->held);
    }
    next = take_next();
    is_led_ = next != nullptr;
  }
  const bool leads_on = next != nullptr && next->owner == here;
  if (next != nullptr && !leads_on) {
    // First of all, so that the next batch runs while this one's callers are told.
    next->call_to_lead();
  }
  while (WriteUnit* const unit = finished.take_first()) {
    unit->finish();
  }
  if (observer_ != nullptr && report.held.count() > 0) {
    observer_->on_batch(report);
  }
  return leads_on ? next : nullptr;
}

/// Waits a little for the queue to be filled.
void Writer::gather(std::unique_lock<std::mutex>& lock) {
  if (gather_until_ == Steady::time_point{}) {
    if (gathers_to_skip_ > 0) {
      --gathers_to_skip_;
      return;
    }
    gather_until_ = Steady::now() + usual_commit_ / gather_part;
    ran_before_gathering_ = ran_.size();
  }
  // Not beyond those who can be expected: the callers of the last batch.
  if (ran_.size() >= ran_before_gathering_ + came_last_) {
    return;
  }
  gathers_ = true;
  const bool came = arrived_.wait_until(lock, gather_until_, [this] { return !queue_.empty(); });
  gathers_ = false;
  if (came) {
    skips_after_failure_ = 1;
  } else if (ran_.size() == ran_before_gathering_) {
    gathers_to_skip_ = skips_after_failure_;
    skips_after_failure_ = std::min(2 * skips_after_failure_, most_skips);
  }
}

/// What the batch takes next; nullptr when it is to be ended. Under the mutex.
WriteUnit* Writer::take_next() noexcept {
  const bool has_work = kept_ > 0;
  // Who failed and waits for nobody's commit is told before the next one is waited for.
  const bool has_only_failed = !has_work && !finished_.empty();
  if (is_solo_ || has_only_failed || is_full()) {
    return nullptr;
  }
  if (!to_replay_.empty()) {
    return has_work ? nullptr : to_replay_.take_first();
  }
  if (held_ != nullptr) {
    return has_work ? nullptr : std::exchange(held_, nullptr);
  }
  WriteUnit* const next = queue_.pop();
  if (next != nullptr && next->kind == WriteUnit::Kind::schema && has_work) {
    held_ = next;
    return nullptr;
  }
  return next;
}

bool Writer::is_full() const noexcept {
  return has_started_ && (ran_.size() + finished_.size() >= options_.max_batch ||
                          last_ran_ - started_at_ >= options_.max_batch_hold);
}

void Writer::run(WriteUnit& unit) {
  // Of an earlier run, if any.
  unit.outcome = success();
  unit.exception = nullptr;
  unit.is_kept = false;
  is_solo_ = unit.replayed || unit.kind == WriteUnit::Kind::schema;
  auto ready = unit.limits.check();
  if (ready) {
    ready = take_turn(unit.limits);
  }
  if (ready && unit.kind == WriteUnit::Kind::schema) {
    run_schema_change(unit);
    return;
  }
  if (ready) {
    ready = begin(unit.limits);
  }
  if (!ready) {
    ++report_.rolled_back;
    unit.outcome = std::move(ready);
    finished_.add(unit);
    return;
  }
  WriteBatch batch{*connection_};
  settle(unit, run_in(batch, *connection_, unit));
}

void Writer::settle(WriteUnit& unit, WriteBatch::Verdict verdict) {
  unit.is_kept = verdict == WriteBatch::Verdict::kept;
  if (unit.is_kept) {
    ++kept_;
    ran_.add(unit);
    return;
  }
  // What it failed on may be rows of others in the batch, which are not there before the commit.
  const bool is_certain = kept_ == 0 || is_final(unit);
  (is_certain ? finished_ : ran_).add(unit);
  if (verdict == WriteBatch::Verdict::lost) {
    WriteBatch{*connection_}.roll_back();
    replay_ran();
  }
  forget_poisoned();
}

/// Whether running again could give nothing better, or must not be tried.
bool Writer::is_final(const WriteUnit& unit) noexcept {
  if (unit.outcome) {
    return false;
  }
  switch (unit.outcome.error().code()) {
    case errc::isolation_violation:
    case errc::deadline_exceeded:
    case errc::cancelled:
    case errc::hold_budget_exceeded:
      return true;
    default:
      return false;
  }
}

/// Waits for what may keep the store from being written: a log that is too long, other processes.
Result<void> Writer::take_turn(const CallLimits& limits) {
  if (has_started_) {
    return success();
  }
  BOOST_OUTCOME_TRY(checkpointer_.await_room(limits));
  const auto began = Steady::now();
  // The turn only keeps things fair. One that never ends, because a dead process left it to a child
  // that it had forked, does not shut the store: SQLite's own lock decides.
  auto turn = lock_.acquire(limits, turn_is_lost_ ? began : began + max_wait_ / 2);
  if (!turn && turn.error() != errc::busy) {
    return turn;
  }
  turn_is_lost_ = !turn;
  has_turn_ = turn.has_value();
  has_started_ = true;
  started_at_ = Steady::now();
  last_ran_ = started_at_;
  report_.lock_wait = started_at_ - began;
  return success();
}

Result<void> Writer::begin(const CallLimits& limits) {
  BOOST_OUTCOME_TRY(open_connection(limits));
  if (connection_->in_transaction()) {
    return success();
  }
  const std::uint32_t retries = connection_->watch().busy_retries();
  auto begun = WriteBatch{*connection_}.begin(limits);
  report_.busy_retries += connection_->watch().busy_retries() - retries;
  forget_poisoned();
  return begun;
}

WriteBatch::Verdict Writer::run_in(WriteBatch& batch, const Connection& connection,
                                   WriteUnit& unit) {
  const RunningMark mark{running_};
  const std::uint64_t prepared = connection.statements().prepared();
  unit.started = Steady::now();
  const std::chrono::milliseconds max_hold =
      unit.kind == WriteUnit::Kind::schema ? longest_schema_change : options_.max_unit_hold;
  const auto verdict = batch.run(unit, kept_ == 0, max_hold);
  last_ran_ = Steady::now();
  unit.held += last_ran_ - unit.started;
  unit.prepared += static_cast<std::uint32_t>(connection.statements().prepared() - prepared);
  if (verdict != WriteBatch::Verdict::kept) {
    ++report_.rolled_back;
  }
  return verdict;
}

/// Those in the batch's transaction did nothing wrong: each runs again, alone.
void Writer::replay_ran() noexcept {
  while (WriteUnit* const unit = ran_.take_first()) {
    replay(*unit);
  }
  kept_ = 0;
}

void Writer::replay(WriteUnit& unit) noexcept {
  unit.replayed = true;
  ++report_.replayed;
  to_replay_.add(unit);
}

void Writer::run_schema_change(WriteUnit& unit) {
  unit.outcome = [&]() -> Result<void> {
    // Whatever scripts leave behind on the connection ends with it.
    BOOST_OUTCOME_TRY(const auto connection, open_(unit.limits));
    BOOST_OUTCOME_TRY(connection->stop_enforcing_references());
    WriteBatch batch{*connection};
    BOOST_OUTCOME_TRY(batch.begin(unit.limits));
    if (run_in(batch, *connection, unit) == WriteBatch::Verdict::kept && in_same_process()) {
      auto committed = batch.commit();
      checkpointer_.log_grew_to(connection->wal_bytes());
      return committed;
    }
    batch.roll_back();
    return std::move(unit.outcome);
  }();
  finished_.add(unit);
}

void Writer::end_batch() {
  if (kept_ > 0) {
    commit_ran();
  }
  forget_poisoned();
  if (has_turn_) {
    lock_.release();
    has_turn_ = false;
  }
  if (has_started_) {
    has_started_ = false;
    report_.held = Steady::now() - started_at_;
  }
  is_solo_ = false;
}

void Writer::commit_ran() {
  const auto began = Steady::now();
  auto committed = WriteBatch{*connection_}.commit();
  report_.commit_time = Steady::now() - began;
  constexpr int memory = 8;
  usual_commit_ += (report_.commit_time - usual_commit_) / memory;
  report_.committed = committed.has_value();
  report_.wal_bytes = connection_->wal_bytes();
  checkpointer_.log_grew_to(report_.wal_bytes);

  const bool is_unknown = !committed && committed.error() == errc::commit_unknown;
  if (!committed && !is_unknown && kept_ > 1) {
    // Nothing was kept, and any one of them may be why.
    replay_ran();
    return;
  }
  if (committed) {
    report_.transactions = kept_;
  }
  while (WriteUnit* const unit = ran_.take_first()) {
    if (unit->is_kept) {
      unit->outcome = committed;
    } else if (!committed) {
      replay(*unit);
      continue;
    }
    finished_.add(*unit);
  }
  kept_ = 0;
}

void Writer::forget_poisoned() noexcept {
  if (connection_ != nullptr && connection_->poisoned()) {
    connection_.reset();
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
