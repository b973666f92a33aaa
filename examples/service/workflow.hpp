#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/mapping.hpp"

#include "service/object_text.hpp"

namespace tenantd {

enum class WorkflowStatus : std::uint8_t { draft, active, paused, archived };

constexpr auto tenancy_names(std::type_identity<WorkflowStatus> /*type*/) {
  using enum WorkflowStatus;
  return std::array{std::pair{draft, "draft"}, std::pair{active, "active"},
                    std::pair{paused, "paused"}, std::pair{archived, "archived"}};
}

/// What lists show of a workflow: a definition may be large, and a list of them is not read for it.
struct WorkflowSummary {
  std::string id = {};
  std::string name = {};  ///< No other workflow of the tenant has it.
  WorkflowStatus status = WorkflowStatus::draft;
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};
};

constexpr auto tenancy_mapping(std::type_identity<WorkflowSummary> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("workflows", m::generated_key("id", &WorkflowSummary::id),
                   m::column("name", &WorkflowSummary::name),
                   m::column("status", &WorkflowSummary::status),
                   m::created_at("created_at", &WorkflowSummary::created_at),
                   m::updated_at("updated_at", &WorkflowSummary::updated_at));
}

/// A workflow with what it does.
struct Workflow : WorkflowSummary {
  ObjectText definition = {};
};

constexpr auto tenancy_mapping(std::type_identity<Workflow> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity(
      "workflows", m::generated_key("id", &Workflow::id), m::column("name", &Workflow::name),
      m::column("status", &Workflow::status), m::column("definition", &Workflow::definition),
      m::created_at("created_at", &Workflow::created_at),
      m::updated_at("updated_at", &Workflow::updated_at), m::row_version("row_version"));
}

}  // namespace tenantd
