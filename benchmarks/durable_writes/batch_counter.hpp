#pragma once

#include <atomic>
#include <cstdint>

#include "tenancy/storage/observer.hpp"

namespace tenancy_bench {

/// Counts the commits that a store reports, and what they kept.
///
/// Thread safety: thread-safe.
class BatchCounter final : public tenancy::StoreObserver {
 public:
  void on_batch(const tenancy::BatchReport& report) noexcept override;

  void reset() noexcept;
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }
  [[nodiscard]] std::uint64_t transactions() const noexcept { return transactions_; }

 private:
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> transactions_{0};
};

}  // namespace tenancy_bench
