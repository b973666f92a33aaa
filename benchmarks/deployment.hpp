#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/mapping.hpp"

namespace tenancy_bench {

/// The row that both sides read and write.
struct Deployment {
  std::string id = {};
  std::string project_name = {};
  std::string status = {};
  std::optional<std::string> url = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};
};

constexpr auto tenancy_mapping(std::type_identity<Deployment> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("deployments", m::key("id", &Deployment::id),
                   m::column("project_name", &Deployment::project_name),
                   m::column("status", &Deployment::status), m::column("url", &Deployment::url),
                   m::created_at("created_at", &Deployment::created_at),
                   m::updated_at("updated_at", &Deployment::updated_at));
}

inline constexpr const char* create_deployments = R"(
CREATE TABLE deployments (
  tenant_id    INTEGER NOT NULL REFERENCES tenancy_tenants,
  id           TEXT NOT NULL,
  project_name TEXT NOT NULL,
  status       TEXT NOT NULL,
  url          TEXT,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID)";

}  // namespace tenancy_bench
