#pragma once

#include <atomic>

namespace tenancy::inline v0::detail {

/// Tells whoever keeps the answer that a context was made from that it holds no longer.
///
/// Thread safety: thread-safe.
class FreshnessMark {
 public:
  void expire() noexcept { expired_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool expired() const noexcept { return expired_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> expired_{false};
};

}  // namespace tenancy::inline v0::detail
