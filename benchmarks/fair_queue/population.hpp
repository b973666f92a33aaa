#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "must.hpp"

namespace tenancy_bench {

/// The tenants of this benchmark: one that floods, those that always have something waiting, and
/// those that send now and then.
inline constexpr std::size_t backlogged_tenants = 20;
inline constexpr std::size_t occasional_tenants = 80;
inline constexpr std::size_t all_tenants = 1 + backlogged_tenants + occasional_tenants;
inline constexpr std::size_t flooding_tenant = 0;

[[nodiscard]] constexpr bool is_backlogged(std::size_t tenant) noexcept {
  return tenant <= backlogged_tenants;
}

/// Ids that are spread like random ones and the same in each run.
inline std::vector<tenancy::TenantId> population() {
  std::vector<tenancy::TenantId> ids;
  std::uint64_t state = 0;
  for (std::size_t i = 0; i < all_tenants; ++i) {
    // One step of splitmix64 (S. Vigna) for each.
    std::uint64_t value = state += 0x9E37'79B9'7F4A'7C15;
    value = (value ^ (value >> 30U)) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ (value >> 27U)) * 0x94D0'49BB'1331'11EB;
    value ^= value >> 31U;
    ids.push_back(must(tenancy::TenantId::from_value(static_cast<std::int64_t>(value >> 1U))));
  }
  return ids;
}

}  // namespace tenancy_bench
