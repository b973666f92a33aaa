#pragma once

#include <chrono>
#include <stop_token>

namespace tenancy::inline v0 {

/// How long one call may take, who may stop it, and how old what it reads may be. The first two
/// hold for everything that the call waits for, be it a place in a queue, a connection, another
/// process or a statement.
///
/// Thread safety: thread-compatible; a copy shares the stop state.
struct CallOptions {
  using Clock = std::chrono::steady_clock;

  /// When the call gives up with `deadline_exceeded`; never, unless set.
  Clock::time_point deadline = Clock::time_point::max();
  /// Ends the call with `cancelled` once a stop is requested.
  std::stop_token stop = {};
  /// A tenant's read may leave out what was committed within so long before the call, so that a
  /// store with replicas can ask one of them; so may what it goes by, such as the tenant's status.
  /// 0: it sees all that was committed before. `any_staleness`: however old. Writes, the registry
  /// and stores without replicas take no notice.
  std::chrono::milliseconds max_staleness{0};

  static constexpr std::chrono::milliseconds any_staleness = std::chrono::milliseconds::max();

  /// A call that may take that long from now.
  [[nodiscard]] static CallOptions within(std::chrono::nanoseconds time) {
    return CallOptions{.deadline = Clock::now() + time};
  }
};

}  // namespace tenancy::inline v0
