#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

namespace tenantd {

/// Whether the service can do its work, looked up at most once in a second however many ask.
///
/// Thread safety: thread-safe.
class Readiness {
 public:
  /// `look` finds out, and may wait for the disk.
  explicit Readiness(std::function<bool()> look) : look_{std::move(look)} {}

  /// May wait as `look` does, when the last verdict is old and nobody else is looking.
  [[nodiscard]] bool is_ready();

  /// From now on it is not ready. Waits for nothing.
  void end() noexcept { has_ended_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool has_ended() const noexcept {
    return has_ended_.load(std::memory_order_relaxed);
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::function<bool()> look_;
  std::atomic<bool> has_ended_ = false;
  std::mutex mutex_;
  Clock::time_point looked_at_ = Clock::time_point::min();
  bool is_good_ = false;
  bool is_looking_ = false;
};

}  // namespace tenantd
