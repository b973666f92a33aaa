#pragma once

#include <algorithm>
#include <cstdint>

#include "tenancy/storage/options.hpp"

namespace tenancy::inline v0::detail {

/// A tenant's share where several wait, as the host gives it, within bounds.
inline std::uint32_t weight_of(const WriteOptions& options, TenantId tenant) {
  constexpr std::uint32_t max_weight = 1000;
  return options.weight ? std::clamp(options.weight(tenant), 1U, max_weight) : 1U;
}

}  // namespace tenancy::inline v0::detail
