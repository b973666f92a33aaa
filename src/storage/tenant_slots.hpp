#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include <boost/unordered/unordered_flat_map.hpp>

#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_id.hpp"

#include "storage/call_limits.hpp"
#include "storage/fork_mark.hpp"

namespace tenancy::inline v0::detail {

/// How many queries of one tenant run at once, so that one tenant does not take all connections.
///
/// Thread safety: thread-safe. It must outlive its slots.
class TENANCY_API TenantSlots {
 public:
  class TENANCY_API Slot {
   public:
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();

   private:
    friend class TenantSlots;
    Slot(TenantSlots& slots, TenantId tenant) noexcept : slots_{&slots}, tenant_{tenant} {}

    TenantSlots* slots_;
    TenantId tenant_;
  };

  /// `each` is positive.
  explicit TenantSlots(std::size_t each) noexcept : each_{each} {}

  /// Errors: `overloaded` after the longest wait, `deadline_exceeded`, `cancelled`.
  Result<Slot> acquire(TenantId tenant, const CallLimits& limits);

 private:
  void give_back(TenantId tenant) noexcept;

  const ForkMark process_;
  const std::size_t each_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  boost::unordered_flat_map<std::int64_t, std::size_t> taken_;
};

}  // namespace tenancy::inline v0::detail
