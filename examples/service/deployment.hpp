#pragma once

#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/mapping.hpp"

namespace tenantd {

enum class DeploymentStatus : std::uint8_t { pending, active, failed, stopped };

constexpr auto tenancy_names(std::type_identity<DeploymentStatus> /*type*/) {
  using enum DeploymentStatus;
  return std::array{std::pair{pending, "pending"}, std::pair{active, "active"},
                    std::pair{failed, "failed"}, std::pair{stopped, "stopped"}};
}

/// A project of a tenant's that is put on the web. There is no tenant in it: the transaction that
/// reads or writes it knows whose it is.
struct Deployment {
  std::string id = {};
  std::string project_name = {};
  DeploymentStatus status = DeploymentStatus::pending;
  std::optional<std::string> url = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};
};

constexpr auto tenancy_mapping(std::type_identity<Deployment> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("deployments", m::generated_key("id", &Deployment::id),
                   m::column("project_name", &Deployment::project_name),
                   m::column("status", &Deployment::status), m::column("url", &Deployment::url),
                   m::created_at("created_at", &Deployment::created_at),
                   m::updated_at("updated_at", &Deployment::updated_at),
                   m::row_version("row_version"));
}

}  // namespace tenantd
