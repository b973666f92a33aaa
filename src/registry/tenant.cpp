#include "tenancy/registry/tenant.hpp"

namespace tenancy::inline v0 {

std::string_view to_string(TenantStatus status) noexcept {
  switch (status) {
    case TenantStatus::provisioning:
      return "provisioning";
    case TenantStatus::active:
      return "active";
    case TenantStatus::inactive:
      return "inactive";
    case TenantStatus::suspended:
      return "suspended";
    case TenantStatus::archived:
      return "archived";
  }
  TENANCY_ASSERT(false, "a status that does not exist");
}

Result<TenantStatus> parse_tenant_status(std::string_view text) {
  for (const TenantStatus status :
       {TenantStatus::provisioning, TenantStatus::active, TenantStatus::inactive,
        TenantStatus::suspended, TenantStatus::archived}) {
    if (text == to_string(status)) {
      return status;
    }
  }
  return Error{errc::invalid_argument, "not a status of tenants"};
}

bool may_become(TenantStatus from, TenantStatus to) noexcept {
  if (to == TenantStatus::archived) {
    return from != TenantStatus::archived;
  }
  if (to == TenantStatus::active) {
    return from == TenantStatus::provisioning || from == TenantStatus::inactive ||
           from == TenantStatus::suspended;
  }
  return from == TenantStatus::active &&
         (to == TenantStatus::inactive || to == TenantStatus::suspended);
}

}  // namespace tenancy::inline v0
