#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/registry/tenant_identifier.hpp"

#include "ctl/output.hpp"
#include "ctl/tenant_record.hpp"

namespace tenantctl {

/// A time for a table: to the second.
std::string short_time(tenancy::Timestamp time);
std::string short_time(const std::optional<tenancy::Timestamp>& time);
/// A time for JSON, or null.
Json time_or_null(const std::optional<tenancy::Timestamp>& time);

/// What is known of it.
Json to_json(const TenantRecord& tenant);
Json to_json(const tenancy::TenantIdentifier& identifier);
Json to_json(const std::vector<tenancy::TenantIdentifier>& identifiers);

/// The same, a line for each thing, and the text of a key that was made with it.
std::string details(const TenantRecord& tenant, std::string_view key = {});

}  // namespace tenantctl
