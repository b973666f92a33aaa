#include "storage/sqlite/writer.hpp"

#include <utility>

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Steady = std::chrono::steady_clock;

/// A change of the schema takes as long as it takes; it is bounded for the sake of arithmetic.
constexpr std::chrono::hours longest_schema_change{24 * 365};

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

Writer::Writer(WriterLock lock, Open open, Checkpointer& checkpointer, const StoreOptions& options)
    : options_{options.writes},
      open_{std::move(open)},
      checkpointer_{checkpointer},
      observer_{options.observer.get()},
      queue_{queue_options(options.writes)},
      lock_{std::move(lock)} {}

Result<void> Writer::open_connection(const CallLimits& limits) {
  if (connection_ == nullptr) {
    BOOST_OUTCOME_TRY(connection_, open_(limits));
  }
  return success();
}

Result<bool> Writer::submit(WriteUnit& unit, std::optional<TenantId> tenant, std::uint32_t weight) {
  // Only this thread can have stored its own id.
  if (running_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    return Error{errc::nested_write,
                 "a write inside another write of this thread: use the outer transaction"};
  }
  const std::scoped_lock lock{mutex_};
  BOOST_OUTCOME_TRY(queue_.push(tenant, unit, weight));
  if (is_led_) {
    return false;
  }
  is_led_ = true;
  const WriteUnit* const first = queue_.pop();
  TENANCY_ASSERT(first == &unit, "writes were waiting and nobody led them");
  return true;
}

bool Writer::withdraw(WriteUnit& unit) noexcept {
  const std::scoped_lock lock{mutex_};
  return queue_.remove(unit);
}

void Writer::lead(WriteUnit& unit) noexcept {
  WriteUnit* next = &unit;
  while (next != nullptr) {
    run(*next);
    next = pass_on();
  }
}

/// The next unit for this thread to run; nullptr when another thread leads or nothing is left.
WriteUnit* Writer::pass_on() {
  const auto here = std::this_thread::get_id();
  WriteUnit* next = nullptr;
  {
    const std::scoped_lock lock{mutex_};
    next = take_next();
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
  if (observer_ != nullptr) {
    observer_->on_batch(report);
  }
  return leads_on ? next : nullptr;
}

/// What the batch takes next; nullptr when it is to be ended. Under the mutex.
WriteUnit* Writer::take_next() noexcept {
  if (is_solo_ || is_full()) {
    return nullptr;
  }
  const bool has_begun = !kept_.empty();
  if (!to_replay_.empty()) {
    return has_begun ? nullptr : to_replay_.take_first();
  }
  if (held_ != nullptr) {
    return has_begun ? nullptr : std::exchange(held_, nullptr);
  }
  WriteUnit* const next = queue_.pop();
  if (next != nullptr && next->kind == WriteUnit::Kind::schema && has_begun) {
    held_ = next;
    return nullptr;
  }
  return next;
}

bool Writer::is_full() const noexcept {
  return is_locked_ && (kept_.size() + finished_.size() >= options_.max_batch ||
                        last_ran_ - locked_at_ >= options_.max_batch_hold);
}

void Writer::run(WriteUnit& unit) {
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
    unit.outcome = std::move(ready);
    finished_.add(unit);
    // Who gave up is told at once, instead of waiting on for somebody else.
    is_solo_ = is_solo_ || kept_.empty();
    return;
  }
  WriteBatch batch{*connection_};
  switch (run_in(batch, unit)) {
    case WriteBatch::Verdict::kept:
      kept_.add(unit);
      break;
    case WriteBatch::Verdict::rolled_back:
      ++report_.rolled_back;
      finished_.add(unit);
      break;
    case WriteBatch::Verdict::lost:
      ++report_.rolled_back;
      batch.roll_back();
      finished_.add(unit);
      replay_kept();
      break;
  }
  forget_poisoned();
}

/// Waits for what may keep the store from being written: a log that is too long, other processes.
Result<void> Writer::take_turn(const CallLimits& limits) {
  if (is_locked_) {
    return success();
  }
  BOOST_OUTCOME_TRY(checkpointer_.await_room(limits));
  const auto began = Steady::now();
  BOOST_OUTCOME_TRY(lock_.acquire(limits));
  is_locked_ = true;
  locked_at_ = Steady::now();
  last_ran_ = locked_at_;
  report_.lock_wait = locked_at_ - began;
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
  return begun;
}

WriteBatch::Verdict Writer::run_in(WriteBatch& batch, WriteUnit& unit) {
  const RunningMark mark{running_};
  unit.started = Steady::now();
  const std::chrono::milliseconds max_hold =
      unit.kind == WriteUnit::Kind::schema ? longest_schema_change : options_.max_unit_hold;
  const auto verdict = batch.run(unit, kept_.empty(), max_hold);
  last_ran_ = Steady::now();
  unit.held += last_ran_ - unit.started;
  return verdict;
}

/// The others did nothing wrong: each runs again, alone.
void Writer::replay_kept() noexcept {
  while (WriteUnit* const unit = kept_.take_first()) {
    unit->replayed = true;
    ++report_.replayed;
    to_replay_.add(*unit);
  }
}

void Writer::run_schema_change(WriteUnit& unit) {
  unit.outcome = [&]() -> Result<void> {
    // Whatever scripts leave behind on the connection ends with it.
    BOOST_OUTCOME_TRY(const auto connection, open_(unit.limits));
    BOOST_OUTCOME_TRY(connection->stop_enforcing_references());
    WriteBatch batch{*connection};
    BOOST_OUTCOME_TRY(batch.begin(unit.limits));
    if (run_in(batch, unit) == WriteBatch::Verdict::kept) {
      return batch.commit();
    }
    batch.roll_back();
    return std::move(unit.outcome);
  }();
  finished_.add(unit);
}

void Writer::end_batch() {
  if (!kept_.empty()) {
    commit_kept();
  }
  forget_poisoned();
  if (is_locked_) {
    lock_.release();
    is_locked_ = false;
    report_.held = Steady::now() - locked_at_;
  }
  is_solo_ = false;
}

void Writer::commit_kept() {
  const auto began = Steady::now();
  auto committed = WriteBatch{*connection_}.commit();
  report_.commit_time = Steady::now() - began;
  report_.committed = committed.has_value();
  report_.wal_bytes = connection_->wal_bytes();
  checkpointer_.log_grew_to(report_.wal_bytes);

  const bool is_final = committed || committed.error() == errc::commit_unknown || kept_.size() == 1;
  if (!is_final) {
    replay_kept();
    return;
  }
  if (committed) {
    report_.transactions = static_cast<std::uint32_t>(kept_.size());
  }
  while (WriteUnit* const unit = kept_.take_first()) {
    unit->outcome = committed;
    finished_.add(*unit);
  }
}

void Writer::forget_poisoned() noexcept {
  if (connection_ != nullptr && connection_->poisoned()) {
    connection_.reset();
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
