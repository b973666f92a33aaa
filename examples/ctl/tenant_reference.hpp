#pragma once

#include <string>
#include <string_view>

#include "tenancy/registry/tenant_registry.hpp"

#include "ctl/failure.hpp"

namespace tenantctl {

/// What the help says of it.
inline constexpr std::string_view tenant_reference_help =
    "Its slug, its id (tnt_…) or an identifier (KIND:VALUE)";

/// Finds a tenant by its id, its slug or an identifier, which differ in their characters.
/// Errors: `not_found`; `invalid_tenant_id`, `invalid_slug`, `invalid_identifier`; the store's.
Outcome<tenancy::Tenant> find_tenant(const tenancy::TenantRegistry& registry,
                                     std::string_view reference);

}  // namespace tenantctl
