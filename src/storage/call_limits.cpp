#include "storage/call_limits.hpp"

#include <algorithm>
#include <ctime>
#include <string>

namespace tenancy::inline v0::detail {

std::chrono::steady_clock::time_point coarse_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::steady_clock::time_point{std::chrono::seconds{now.tv_sec} +
                                               std::chrono::nanoseconds{now.tv_nsec}};
}

CallLimits::Clock::time_point CallLimits::wait_until() const noexcept {
  if (!wait_until_) {
    wait_until_ = std::min(deadline_, Clock::now() + max_wait_);
  }
  return *wait_until_;
}

Result<void> CallLimits::check() const {
  if (stop_.stop_requested()) {
    return Error{errc::cancelled, "the caller requested a stop"};
  }
  if (deadline_ != Clock::time_point::max() && Clock::now() >= deadline_) {
    return Error{errc::deadline_exceeded, "the deadline passed"};
  }
  return success();
}

Error CallLimits::wait_ended(errc otherwise, std::string_view waited_for) const {
  if (auto ended = check(); !ended) {
    return std::move(ended).error().with_context(std::string{"waiting for "} +
                                                 std::string{waited_for});
  }
  return Error{otherwise, std::string{waited_for} + " took longer than the longest wait, " +
                              std::to_string(max_wait_.count()) + " ms"};
}

}  // namespace tenancy::inline v0::detail
