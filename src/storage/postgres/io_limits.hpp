#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>

#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail::postgres {

/// What a transaction is held to: the call's limits and a budget of time.
///
/// The server ends a statement when the time is up; only if nothing has come from it for some time
/// after that is the connection given up, since the server or the network stands still then.
///
/// Ownership: borrows the limits. Thread safety: confined to one thread at a time.
class IoLimits {
 public:
  using Clock = CallLimits::Clock;

  struct Budget {
    Clock::time_point until;
    errc code;
    const char* advice;
  };

  explicit IoLimits(const CallLimits& limits) noexcept
      : IoLimits{limits, {Clock::time_point::max(), errc::internal, ""}} {}
  IoLimits(const CallLimits& limits, Budget budget,
           std::size_t max_answer_bytes = std::numeric_limits<std::size_t>::max()) noexcept
      : limits_{&limits}, budget_{budget}, max_answer_bytes_{max_answer_bytes} {}

  /// Of what comes before a connection is used, which is a part of the wait for it.
  static IoLimits while_opening(const CallLimits& limits) noexcept {
    return IoLimits{limits,
                    {limits.wait_until(), errc::unreachable, "the server does not answer in time"}};
  }

  [[nodiscard]] Clock::time_point until() const noexcept {
    return std::min(limits_->deadline(), budget_.until);
  }
  /// When the connection is given up.
  [[nodiscard]] Clock::time_point give_up_at() const noexcept {
    constexpr std::chrono::milliseconds grace{500};
    const auto end = until();
    return end > Clock::time_point::max() - grace ? end : end + grace;
  }
  [[nodiscard]] const std::stop_token& stop() const noexcept { return limits_->stop(); }

  [[nodiscard]] bool is_over() const noexcept {
    return limits_->stop().stop_requested() || Clock::now() >= until();
  }
  /// Before a statement. Errors: `deadline_exceeded`, `cancelled`, the budget's.
  [[nodiscard]] Result<void> admit() const {
    return is_over() ? Result<void>{reason()} : Result<void>{success()};
  }
  /// Of what comes until a row, or another answer, is whole: libpq keeps it all.
  [[nodiscard]] std::size_t max_answer_bytes() const noexcept { return max_answer_bytes_; }

  /// Why the transaction must end.
  [[nodiscard]] Error reason() const {
    if (auto ended = limits_->check(); !ended) {
      return std::move(ended).error();
    }
    return budget_.until <= Clock::now()
               ? Error{budget_.code, budget_.advice}
               : Error{errc::deadline_exceeded, "the server stopped the statement"};
  }

 private:
  const CallLimits* limits_;
  Budget budget_;
  std::size_t max_answer_bytes_;
};

}  // namespace tenancy::inline v0::detail::postgres
