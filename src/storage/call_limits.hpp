#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string_view>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

/// A steady clock for looking often: a few milliseconds coarse and several times cheaper. Its times
/// compare with those of `std::chrono::steady_clock`, and are never ahead of them.
std::chrono::steady_clock::time_point coarse_now() noexcept;

/// What one call is held to, for as long as it runs: its deadline, who may stop it, and how long
/// it waits in all. The wait counts from when there is first something to wait for.
///
/// Ownership: borrows the options. Thread safety: confined to one thread at a time.
class TENANCY_API CallLimits {
 public:
  using Clock = std::chrono::steady_clock;

  CallLimits(const CallOptions& options, std::chrono::milliseconds max_wait) noexcept
      : deadline_{options.deadline}, stop_{options.stop}, max_wait_{max_wait} {}
  CallLimits(const CallOptions&&, std::chrono::milliseconds) = delete;

  [[nodiscard]] Clock::time_point deadline() const noexcept { return deadline_; }
  [[nodiscard]] const std::stop_token& stop() const noexcept { return stop_; }

  /// The moment to stop waiting: the deadline or the end of the longest wait.
  [[nodiscard]] Clock::time_point wait_until() const noexcept;

  /// Whether the call must end, and why. Errors: `deadline_exceeded`, `cancelled`.
  [[nodiscard]] Result<void> check() const;

  /// What to tell the caller whose wait ended: that it was stopped, that its deadline passed, or
  /// else `otherwise` with what it waited for.
  [[nodiscard]] Error wait_ended(errc otherwise, std::string_view waited_for) const;

 private:
  const Clock::time_point deadline_;
  const std::stop_token& stop_;
  const std::chrono::milliseconds max_wait_;
  mutable std::optional<Clock::time_point> wait_until_;
};

}  // namespace tenancy::inline v0::detail
