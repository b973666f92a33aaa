#pragma once

#include <atomic>
#include <chrono>

namespace tenantd {

/// Whether quick work is done on the threads that serve the sockets: as long as it proves quick.
/// After work that took long, because the disk had to be asked for example, the next pieces go
/// elsewhere: to a thread that nothing slow has.
///
/// Thread safety: thread-safe.
class InlineGate {
 public:
  /// Asked before each piece of work.
  [[nodiscard]] bool lets_in() noexcept {
    if (closed_for_.load(std::memory_order_relaxed) <= 0) {
      return true;
    }
    closed_for_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  /// Told how long a piece took that was let in.
  void note(std::chrono::nanoseconds taken) noexcept {
    if (taken > longest) {
      closed_for_.store(pieces_elsewhere, std::memory_order_relaxed);
    }
  }

 private:
  /// More than the kernel makes a thread wait that has had its share of a busy processor.
  static constexpr std::chrono::milliseconds longest{10};
  static constexpr int pieces_elsewhere = 64;

  std::atomic<int> closed_for_ = 0;
};

}  // namespace tenantd
