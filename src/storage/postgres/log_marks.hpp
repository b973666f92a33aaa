#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail::postgres {

/// A place in a server's log, which its replicas replay.
struct LogPlace {
  std::int64_t timeline;  ///< It grows when a replica is promoted.
  std::int64_t position;
};

/// How far the primary's log had come at some moments: a replica that has replayed it as far as a
/// mark has all that was committed before the mark's moment. It takes nobody's clock but this
/// machine's steady one, and holds for a primary that nobody writes to as well.
///
/// Thread safety: thread-safe.
class LogMarks {
 public:
  using Clock = CallLimits::Clock;

  /// `before` is a moment before the primary was asked.
  void add(Clock::time_point before, LogPlace place);

  /// The moment of the newest mark; nothing without any.
  [[nodiscard]] std::optional<Clock::time_point> newest() const;
  /// The latest moment before which everything that was committed is at the place or before it. Of
  /// another timeline than the primary's, older than it, nothing is: its log has gone its own way.
  [[nodiscard]] std::optional<Clock::time_point> covered_by(LogPlace place) const;

 private:
  struct Mark {
    Clock::time_point at;
    std::int64_t position;
  };
  static constexpr std::size_t most = 64;

  mutable std::mutex mutex_;
  std::int64_t timeline_ = 0;
  std::deque<Mark> marks_;  ///< Oldest first.
};

}  // namespace tenancy::inline v0::detail::postgres
