#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "tenancy/core/fair_queue.hpp"
#include "tenancy/storage/options.hpp"

#include "storage/fork_mark.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/write_batch.hpp"
#include "storage/sqlite/write_unit.hpp"
#include "storage/sqlite/writer_lock.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// The store's one writer, with group commit: units that wait at the same time share a transaction
/// and its sync. A queue that is fair across tenants gives the order.
///
/// Before it commits, a leader waits for an eighth of a commit's usual time for those that the last
/// batch told, since they often come back at once; not, if that has brought nobody lately.
///
/// There is no thread for this. The thread whose unit is next *leads*: it runs the queue's units
/// one after the other, commits, lets go, and calls the next unit's thread to lead. A unit with
/// code of the host in it runs on its own thread, which takes the lead over in mid-batch. Nobody
/// is told of success before the commit is on disk.
///
/// When a unit breaks the batch's transaction, all that ran in it run again, each in a transaction
/// of its own, in which only that unit fails once more. A unit that failed while rows of others
/// were in the transaction is told so with the commit of those rows; if they are not committed, it
/// runs again, too.
///
/// Thread safety: thread-safe.
class Writer {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>(const CallLimits&)>;

  Writer(WriterLock& lock, Open open, Checkpointer& checkpointer, const StoreOptions& options);

  /// Queues a unit. Its outcome is told by `finish`, and meanwhile it may be called to lead. True
  /// when the caller is to `lead` with it at once.
  /// Errors: `overloaded`; `nested_write` from within a unit.
  Result<bool> submit(WriteUnit& unit, std::optional<TenantId> tenant, std::uint32_t weight);

  /// Runs a unit that is to lead and whatever else the batch takes; returns when another thread
  /// leads or nothing is left. In a process that a unit has forked off, that unit alone is
  /// finished, with `forked_process`: the batch is the parent's.
  void lead(WriteUnit& unit) noexcept;
  [[nodiscard]] bool in_same_process() const noexcept { return process_.in_same_process(); }

  /// Takes a unit back that still waits. False when it is too late for that: it will be finished.
  bool withdraw(WriteUnit& unit) noexcept;

  /// How many units wait for their turn.
  [[nodiscard]] std::size_t waiting() const;

  /// Errors: those of opening a connection.
  Result<void> open_connection(const CallLimits& limits);

 private:
  class RunningMark;

  [[nodiscard]] WriteUnit* pass_on();
  void gather(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] WriteUnit* take_next() noexcept;
  [[nodiscard]] bool is_full() const noexcept;

  void run(WriteUnit& unit);
  Result<void> take_turn(const CallLimits& limits);
  Result<void> begin(const CallLimits& limits);
  WriteBatch::Verdict run_in(WriteBatch& batch, const Connection& connection, WriteUnit& unit);
  void run_schema_change(WriteUnit& unit);
  void settle(WriteUnit& unit, WriteBatch::Verdict verdict);
  static bool is_final(const WriteUnit& unit) noexcept;
  void replay_ran() noexcept;
  void replay(WriteUnit& unit) noexcept;

  void end_batch();
  void commit_ran();
  void forget_poisoned() noexcept;

  const ForkMark process_;
  const WriteOptions options_;
  const std::chrono::milliseconds max_wait_;
  const Open open_;
  Checkpointer& checkpointer_;
  StoreObserver* const observer_;

  mutable std::mutex mutex_;
  FairQueue<WriteUnit> queue_;  ///< Guarded by the mutex.
  bool is_led_ = false;         ///< Guarded by the mutex.
  bool gathers_ = false;        ///< Guarded by the mutex: the leader waits for `arrived_`.
  std::condition_variable arrived_;

  /// The thread that runs a unit now.
  std::atomic<std::thread::id> running_{};

  // What follows belongs to whoever leads.
  WriterLock& lock_;
  std::unique_ptr<Connection> connection_;
  bool has_started_ = false;   ///< The batch waits for nobody any more.
  bool has_turn_ = false;      ///< Among the processes.
  bool turn_is_lost_ = false;  ///< It did not come when it was last waited for.
  bool is_solo_ = false;       ///< The batch takes no further unit.
  CallLimits::Clock::time_point started_at_{};
  CallLimits::Clock::time_point last_ran_{};
  WriteUnitList ran_;          ///< In the open transaction, or failed on top of those that are.
  std::uint32_t kept_ = 0;     ///< How many of them are in the transaction; it is open if any are.
  WriteUnitList finished_;     ///< To be told when the batch ends.
  WriteUnitList to_replay_;    ///< To be run again, each alone.
  std::size_t came_last_ = 0;  ///< How many the last batch told.
  std::chrono::nanoseconds usual_commit_{0};
  CallLimits::Clock::time_point gather_until_{};
  std::size_t ran_before_gathering_ = 0;
  unsigned gathers_to_skip_ = 0;
  unsigned skips_after_failure_ = 1;
  WriteUnit* held_ = nullptr;  ///< Popped, and first of the next batch.
  BatchReport report_{};
};

}  // namespace tenancy::inline v0::detail::sqlite
