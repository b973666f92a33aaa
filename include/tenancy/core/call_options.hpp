#pragma once

#include <chrono>
#include <stop_token>

namespace tenancy::inline v0 {

/// How long one call may take, and who may stop it. It holds for everything that the call waits
/// for, be it a place in a queue, a connection, another process or a statement.
///
/// Thread safety: thread-compatible; a copy shares the stop state.
struct CallOptions {
  using Clock = std::chrono::steady_clock;

  /// When the call gives up with `deadline_exceeded`; never, unless set.
  Clock::time_point deadline = Clock::time_point::max();
  /// Ends the call with `cancelled` once a stop is requested.
  std::stop_token stop = {};

  /// A call that may take that long from now.
  [[nodiscard]] static CallOptions within(std::chrono::nanoseconds time) {
    return CallOptions{.deadline = Clock::now() + time};
  }
};

}  // namespace tenancy::inline v0
