#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// What tenants can be sorted by. Texts are compared by their bytes: capital letters come before
/// small ones.
enum class TenantSortKey : std::uint8_t { created_at, updated_at, slug, name };

/// The order of a list of tenants; those that are equal in it are sorted by their ids, the same
/// way.
struct TenantSort {
  TenantSortKey by = TenantSortKey::created_at;
  bool descends = false;  ///< The greatest first.

  friend bool operator==(const TenantSort&, const TenantSort&) = default;
};

/// As users write it: `name`, or `-name` for the greatest first.
TENANCY_API std::string to_string(const TenantSort& sort);
/// Errors: `invalid_argument`.
TENANCY_API Result<TenantSort> parse_tenant_sort(std::string_view text);

}  // namespace tenancy::inline v0
