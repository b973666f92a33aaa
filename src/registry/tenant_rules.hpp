#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

// The rules of `Tenant`'s members. Errors: `invalid_argument`, with the rule.

Result<void> check_tenant_name(std::string_view name);
Result<void> check_plan(std::string_view plan);
Result<void> check_template_version(std::string_view version);
Result<void> check_workflow_ids(const std::map<std::string, std::string>& ids);
Result<void> check_metadata(std::string_view metadata);

/// As they are stored: a JSON object.
std::string workflow_ids_to_text(const std::map<std::string, std::string>& ids);
/// Errors: `invalid_row`.
Result<std::map<std::string, std::string>> workflow_ids_from_text(std::string_view text);

}  // namespace tenancy::inline v0::detail
