#include "registry/tenant_rules.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tenancy/registry/tenant.hpp"

#include "core/text.hpp"
#include "registry/json_object.hpp"

namespace tenancy::inline v0::detail {

Result<void> check_tenant_name(std::string_view name) {
  if (!is_plain_line(name, 1, Tenant::max_name_length)) {
    return Error{errc::invalid_argument,
                 "a tenant's name is 1 to 200 bytes of UTF-8 without control characters"};
  }
  return success();
}

Result<void> check_plan(std::string_view plan) {
  if (!is_plain_line(plan, 0, Tenant::max_plan_length)) {
    return Error{errc::invalid_argument,
                 "a plan's name is up to 100 bytes of UTF-8 without control characters"};
  }
  return success();
}

Result<void> check_template_version(std::string_view version) {
  if (!is_plain_line(version, 0, Tenant::max_template_version_length)) {
    return Error{errc::invalid_argument,
                 "a template version is up to 100 bytes of UTF-8 without control characters"};
  }
  return success();
}

Result<void> check_workflow_ids(const std::map<std::string, std::string>& ids) {
  const bool all_fit = std::ranges::all_of(ids, [](const auto& entry) {
    return is_plain_line(entry.first, 1, Tenant::max_workflow_text_length) &&
           is_plain_line(entry.second, 1, Tenant::max_workflow_text_length);
  });
  if (ids.size() > Tenant::max_workflows || !all_fit) {
    return Error{
        errc::invalid_argument,
        "a tenant has up to 100 workflows; their names and ids are 1 to 200 bytes of UTF-8 "
        "without control characters"};
  }
  return success();
}

Result<void> check_metadata(std::string_view metadata) {
  if (metadata.size() > Tenant::max_metadata_bytes) {
    return Error{errc::invalid_argument, "a tenant's metadata takes up to 16,384 bytes"};
  }
  if (auto checked = check_json_object(metadata); !checked) {
    return checked.error().with_context("a tenant's metadata");
  }
  return success();
}

std::string workflow_ids_to_text(const std::map<std::string, std::string>& ids) {
  return nlohmann::json(ids).dump();
}

Result<std::map<std::string, std::string>> workflow_ids_from_text(std::string_view text) {
  try {
    return nlohmann::json::parse(text).get<std::map<std::string, std::string>>();
  } catch (const nlohmann::json::exception&) {
    return Error{errc::invalid_row, "tenancy_tenants.workflow_ids is not what was written"};
  }
}

}  // namespace tenancy::inline v0::detail
