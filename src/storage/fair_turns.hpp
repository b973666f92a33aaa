#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "tenancy/core/export.hpp"
#include "tenancy/core/fair_queue.hpp"

#include "storage/call_limits.hpp"
#include "storage/fork_mark.hpp"

namespace tenancy::inline v0::detail {

/// A number of turns that tenants share fairly by the time that they take: so many run at once, and
/// while others wait no tenant has more than its share of them.
///
/// Thread safety: thread-safe. It must outlive its turns.
class TENANCY_API FairTurns {
 public:
  class TENANCY_API Turn {
   public:
    Turn(Turn&& other) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

   private:
    friend class FairTurns;
    struct Waiter : FairQueueItem {
      void forget_queue_of_parent() noexcept { forget_queue(); }

      std::condition_variable_any called;
      bool has_turn = false;
      std::chrono::steady_clock::time_point since = {};
    };
    Turn(FairTurns& turns, std::unique_ptr<Waiter> waiter) noexcept;

    FairTurns* turns_;
    std::unique_ptr<Waiter> waiter_;
  };

  struct Use {
    std::size_t size;
    std::size_t in_use;
    std::size_t waiting;
  };

  FairTurns(std::size_t size, std::size_t max_waiting_per_tenant, unsigned max_share_percent);

  [[nodiscard]] Use use() const;

  /// No tenant means the host itself.
  /// Errors: `overloaded` when too many wait already or it takes too long; `deadline_exceeded`,
  /// `cancelled`.
  Result<Turn> acquire(std::optional<TenantId> tenant, std::uint32_t weight,
                       const CallLimits& limits);

 private:
  void give_back(Turn::Waiter& waiter) noexcept;
  /// Under the lock: gives turns for as long as there are any.
  void pass_on() noexcept;

  const ForkMark process_;
  const std::size_t size_;
  mutable std::mutex mutex_;
  std::size_t taken_ = 0;
  FairQueue<Turn::Waiter> queue_;
};

}  // namespace tenancy::inline v0::detail
