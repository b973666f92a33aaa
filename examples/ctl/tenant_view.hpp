#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/registry/tenant.hpp"
#include "tenancy/registry/tenant_identifier.hpp"

#include "ctl/output.hpp"

namespace tenantctl {

/// A time for a table: to the second.
std::string short_time(tenancy::Timestamp time);
std::string short_time(const std::optional<tenancy::Timestamp>& time);
/// A time for JSON, or null.
Json time_or_null(const std::optional<tenancy::Timestamp>& time);

Json to_json(const tenancy::Tenant& tenant);
Json to_json(const tenancy::TenantIdentifier& identifier);
Json to_json(const std::vector<tenancy::TenantIdentifier>& identifiers);

/// All of a tenant, a line for each thing, and the text of a key that was made with it.
std::string details(const tenancy::Tenant& tenant,
                    const std::vector<tenancy::TenantIdentifier>& identifiers,
                    std::string_view key = {});

}  // namespace tenantctl
