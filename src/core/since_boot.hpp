#pragma once

#include <chrono>
#include <ctime>

namespace tenancy::inline v0::detail {

/// How long the machine has run. Unlike a steady clock, this one goes on while it sleeps, as the
/// time of day does.
inline std::chrono::nanoseconds since_boot() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace tenancy::inline v0::detail
