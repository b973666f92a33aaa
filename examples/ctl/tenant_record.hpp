#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/registry/tenant.hpp"
#include "tenancy/registry/tenant_identifier.hpp"

namespace tenantctl {

/// What is known of a tenant. A server does not tell all that a store does: what is not set was not
/// told, and is not shown.
struct TenantRecord {
  tenancy::TenantId id;
  tenancy::Slug slug;
  std::string name;
  tenancy::TenantStatus status;
  std::string plan;  ///< Empty for none.
  std::int64_t version;
  tenancy::Timestamp created_at;
  tenancy::Timestamp updated_at;
  std::optional<std::string> template_version = {};
  std::optional<std::map<std::string, std::string>> workflow_ids = {};
  std::optional<std::string> metadata = {};  ///< As JSON.
  std::optional<std::int64_t> epoch = {};
  std::optional<std::vector<tenancy::TenantIdentifier>> identifiers = {};
};

}  // namespace tenantctl
