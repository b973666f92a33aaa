#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <thread>

#include "tenancy/core/fair_queue.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_id.hpp"

#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail::sqlite {

class Connection;

/// One write on its way through the writer: what it is, and what became of it.
///
/// Ownership: the writer borrows it from when it is submitted until `finish`, and calls nothing of
/// it after that.
/// Thread safety: one thread at a time, as the writer passes it on.
class WriteUnit : public FairQueueItem {
 public:
  enum class Kind : std::uint8_t {
    host,       ///< May run any statements; has a savepoint of its own within a batch.
    statement,  ///< One statement that writes, of the library's own: it fails whole by itself.
    schema,     ///< Has a transaction and a connection of its own.
  };
  enum class Runs : std::uint8_t { on_its_thread, on_any_thread };

  WriteUnit(const WriteUnit&) = delete;
  WriteUnit& operator=(const WriteUnit&) = delete;
  virtual ~WriteUnit() = default;

  /// Does the work in an open transaction and says whether to keep it. May throw what the host's
  /// code throws, and may be called again when the batch was lost.
  virtual Result<bool> run(Connection& connection) = 0;
  /// Asks the unit's thread to lead the next batch, or to go on with the present one.
  virtual void call_to_lead() noexcept = 0;
  /// Tells that outcome and exception are final.
  virtual void finish() noexcept = 0;

  /// In a process that it has forked off: the writer is the parent's.
  void leave_writer() noexcept { forget_queue(); }

  [[nodiscard]] bool runs_on(std::thread::id thread) const noexcept {
    return runs == Runs::on_any_thread || thread == owner;
  }

  const Kind kind;
  const Runs runs;
  const std::thread::id owner;  ///< Who leads when it is called; of no thread's, the store's own.
  const CallLimits& limits;

  Result<void> outcome = success();
  std::exception_ptr exception = nullptr;
  std::chrono::steady_clock::time_point started = {};
  std::chrono::nanoseconds held{0};  ///< Of the writer, over all runs.
  std::uint32_t prepared = 0;        ///< Statements that were not at hand, over all runs.
  bool is_kept = false;              ///< Its last run is part of the batch's transaction.
  bool replayed = false;             ///< Ran before in a batch that came to nothing.
  WriteUnit* next = nullptr;         ///< In the list that holds it after it ran.

 protected:
  WriteUnit(Kind kind_of_unit, Runs where, std::thread::id leader,
            const CallLimits& call_limits) noexcept
      : kind{kind_of_unit}, runs{where}, owner{leader}, limits{call_limits} {}
};

/// Units in the order in which they were added, linked through themselves.
class WriteUnitList {
 public:
  void add(WriteUnit& unit) noexcept {
    unit.next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = &unit;
    last_ = &unit;
    ++size_;
  }
  WriteUnit* take_first() noexcept {
    WriteUnit* const first = first_;
    if (first != nullptr) {
      first_ = first->next;
      if (first_ == nullptr) {
        last_ = nullptr;
      }
      --size_;
    }
    return first;
  }
  [[nodiscard]] WriteUnit* first() const noexcept { return first_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

 private:
  WriteUnit* first_ = nullptr;
  WriteUnit* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tenancy::inline v0::detail::sqlite
