#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "tenancy/core/tenant_id.hpp"

namespace tenantd {

/// Counts the requests of each tenant that are being answered, so that one of them does not take
/// up what all need.
///
/// Ownership: outlives its permits.
/// Thread safety: thread-safe; permits are confined to whoever holds them.
/// Complexity: memory for each tenant that has requests in flight, and no other.
class RequestsInFlight {
 public:
  /// One request's place among its tenant's, until it is released or destroyed.
  class Permit {
   public:
    Permit() noexcept = default;
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit() { release(); }

    void release() noexcept;

   private:
    friend class RequestsInFlight;

    Permit(RequestsInFlight& counter, tenancy::TenantId tenant) noexcept
        : counter_{&counter}, tenant_{tenant} {}

    RequestsInFlight* counter_ = nullptr;
    std::optional<tenancy::TenantId> tenant_;
  };

  explicit RequestsInFlight(std::size_t most_of_a_tenant) noexcept : most_{most_of_a_tenant} {}

  /// Nothing when the tenant has as many as it may.
  std::optional<Permit> admit(tenancy::TenantId tenant);

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<tenancy::TenantId, std::size_t> counts;
  };

  Shard& shard_of(tenancy::TenantId tenant) noexcept {
    return shards_[static_cast<std::size_t>(tenant.value()) % shards_.size()];
  }
  void leave(tenancy::TenantId tenant) noexcept;

  std::size_t most_;
  std::array<Shard, 16> shards_;
};

}  // namespace tenantd
