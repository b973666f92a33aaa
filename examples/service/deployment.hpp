#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/mapping.hpp"
#include "tenancy/migrate/migration.hpp"

namespace tenantd {

/// A project of a tenant's that is put on the web. There is no tenant in it: the transaction that
/// reads or writes it knows whose it is.
struct Deployment {
  std::string id;
  std::string project_name;
  std::string status;
  std::optional<std::string> url;
  tenancy::Timestamp created_at;
  tenancy::Timestamp updated_at;
};

constexpr auto tenancy_mapping(std::type_identity<Deployment> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("deployments", m::generated_key("id", &Deployment::id),
                   m::column("project_name", &Deployment::project_name),
                   m::column("status", &Deployment::status), m::column("url", &Deployment::url),
                   m::created_at("created_at", &Deployment::created_at),
                   m::updated_at("updated_at", &Deployment::updated_at));
}

/// All steps of this program's schema.
std::vector<tenancy::Migration> migrations();

}  // namespace tenantd
