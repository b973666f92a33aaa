#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tenancy/core/slug.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// Where a tenant stands in its life. Only an active tenant is let in.
enum class TenantStatus : std::uint8_t { provisioning, active, inactive, suspended, archived };

std::string_view to_string(TenantStatus status) noexcept;
/// Errors: `invalid_argument`.
Result<TenantStatus> parse_tenant_status(std::string_view text);

/// What the registry knows of a tenant.
struct Tenant {
  static constexpr std::size_t max_name_length = 200;

  TenantId id;
  Slug slug;
  std::string name;  ///< 1 to 200 bytes of UTF-8 without control characters.
  TenantStatus status;
  std::int64_t epoch;  ///< Grows with every change of status; contexts of older epochs are void.
  Timestamp created_at;
  Timestamp updated_at;
};

}  // namespace tenancy::inline v0
