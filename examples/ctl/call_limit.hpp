#pragma once

#include <chrono>
#include <optional>

#include "tenancy/core/call_options.hpp"

#include "ctl/interruption.hpp"

namespace tenantctl {

/// How long a command may still take, and the signals that stop it.
class CallLimit {
 public:
  using Clock = tenancy::CallOptions::Clock;

  CallLimit(const Interruption& interruption, std::optional<std::chrono::milliseconds> time)
      : interruption_{interruption}, time_{time} {
    restart();
  }

  /// Begins to count again, behind what is not the command's time.
  void restart() { deadline_ = time_ ? Clock::now() + *time_ : Clock::time_point::max(); }

  /// What a call of the library is held to.
  [[nodiscard]] tenancy::CallOptions call() const {
    return {.deadline = deadline_, .stop = interruption_.token()};
  }
  [[nodiscard]] Clock::time_point deadline() const noexcept { return deadline_; }
  [[nodiscard]] const Interruption& interruption() const noexcept { return interruption_; }
  /// For the command in all; none for no limit.
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& time() const noexcept {
    return time_;
  }

 private:
  const Interruption& interruption_;
  std::optional<std::chrono::milliseconds> time_;
  Clock::time_point deadline_;
};

}  // namespace tenantctl
