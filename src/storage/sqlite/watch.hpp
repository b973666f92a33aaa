#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "storage/call_limits.hpp"
#include "storage/fork_mark.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What a connection's running transaction is held to: the process that opened it, the call's own
/// limits and a budget of time. It is looked at between statements, and from within long ones where
/// stopping them is safe.
///
/// SQLite rolls the whole transaction back when it interrupts a statement that writes, so such a
/// statement is stopped only while the transaction is nobody else's.
///
/// Thread safety: thread-compatible, like the connection it belongs to.
class Watch {
 public:
  struct Budget {
    std::chrono::steady_clock::time_point until;
    errc code;
    const char* advice;
  };
  /// Of work that the caller's own limits alone hold to an end.
  static const Budget unlimited;

  /// From now on the transaction is held to these; `stops_writes` says whether statements that
  /// write may be stopped in their middle.
  void begin(const CallLimits& limits, const Budget& budget, bool stops_writes) noexcept {
    limits_ = &limits;
    budget_ = budget;
    stops_writes_ = stops_writes;
    stops_statement_ = false;
    stopped_ = false;
  }
  void end() noexcept { limits_ = nullptr; }
  /// Nothing is held to the limits until they are given back.
  [[nodiscard]] const CallLimits* pause() noexcept { return std::exchange(limits_, nullptr); }
  void resume(const CallLimits* limits) noexcept { limits_ = limits; }

  /// Whether this is the process that opened the connection, and no child that was forked off while
  /// a unit or a visitor ran. In a child not even a statement at work may go on: the locks that
  /// keep its pages in their place, or others from writing, are the parent's.
  [[nodiscard]] bool in_same_process() const noexcept { return process_.in_same_process(); }

  /// Before a statement. Errors: `deadline_exceeded`, `cancelled`, the budget's.
  [[nodiscard]] Result<void> admit() const { return admits() ? Result<void>{success()} : reason(); }
  [[nodiscard]] bool admits() const noexcept { return limits_ == nullptr || !is_over(); }
  /// Whenever a statement goes on.
  void enter(bool reads_only) noexcept { stops_statement_ = stops_writes_ || reads_only; }

  /// From within a statement: whether SQLite is to stop it.
  [[nodiscard]] bool stops_statement() noexcept {
    stopped_ = limits_ != nullptr && stops_statement_ && is_over();
    return stopped_;
  }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

  /// Why the transaction must end.
  [[nodiscard]] Error reason() const;

  [[nodiscard]] const CallLimits* limits() const noexcept { return limits_; }

  /// What the connection holds in memory of the database can no longer be trusted.
  void mark_broken() noexcept { is_broken_ = true; }
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

  /// Attempts at SQLite's lock beyond the first.
  [[nodiscard]] std::uint32_t busy_retries() const noexcept { return busy_retries_; }
  void count_busy_retry() noexcept { ++busy_retries_; }

 private:
  [[nodiscard]] bool is_over() const noexcept {
    const auto now = coarse_now();
    return now >= budget_.until || now >= limits_->deadline() || limits_->stop().stop_requested();
  }

  const ForkMark process_;
  const CallLimits* limits_ = nullptr;
  Budget budget_{};
  std::uint32_t busy_retries_ = 0;
  bool stops_writes_ = false;
  bool stops_statement_ = false;
  bool stopped_ = false;
  bool is_broken_ = false;
};

inline constexpr Watch::Budget Watch::unlimited{std::chrono::steady_clock::time_point::max(),
                                                errc::internal, ""};

/// Holds a connection's transaction to its limits for as long as it lives.
class WatchScope {
 public:
  WatchScope(Watch& watch, const CallLimits& limits, const Watch::Budget& budget,
             bool stops_writes) noexcept
      : watch_{watch} {
    watch_.begin(limits, budget, stops_writes);
  }
  WatchScope(const WatchScope&) = delete;
  WatchScope& operator=(const WatchScope&) = delete;
  ~WatchScope() { watch_.end(); }

 private:
  Watch& watch_;
};

/// Lets a connection bring to its end what it has begun, whatever the limits say meanwhile.
class WatchPause {
 public:
  explicit WatchPause(Watch& watch) noexcept : watch_{watch}, limits_{watch.pause()} {}
  WatchPause(const WatchPause&) = delete;
  WatchPause& operator=(const WatchPause&) = delete;
  ~WatchPause() { watch_.resume(limits_); }

 private:
  Watch& watch_;
  const CallLimits* limits_;
};

}  // namespace tenancy::inline v0::detail::sqlite
