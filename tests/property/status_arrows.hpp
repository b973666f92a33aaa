#pragma once

#include <array>
#include <set>
#include <utility>

#include "tenancy/registry/tenant.hpp"

namespace tenancy_test {

inline constexpr std::array all_statuses{
    tenancy::TenantStatus::provisioning, tenancy::TenantStatus::active,
    tenancy::TenantStatus::inactive, tenancy::TenantStatus::suspended,
    tenancy::TenantStatus::archived};

/// The arrows of the documentation; all else is refused.
inline bool has_arrow(tenancy::TenantStatus from, tenancy::TenantStatus to) {
  using enum tenancy::TenantStatus;
  static const std::set<std::pair<tenancy::TenantStatus, tenancy::TenantStatus>> arrows{
      {provisioning, active}, {active, suspended},  {suspended, active},
      {active, inactive},     {inactive, active},   {provisioning, archived},
      {active, archived},     {inactive, archived}, {suspended, archived},
  };
  return arrows.contains({from, to});
}

}  // namespace tenancy_test
