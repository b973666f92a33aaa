#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/mapping.hpp"

#include "service/workflow.hpp"

namespace tenantd {

enum class ExecutionStatus : std::uint8_t { running, succeeded, failed, cancelled };

constexpr auto tenancy_names(std::type_identity<ExecutionStatus> /*type*/) {
  using enum ExecutionStatus;
  return std::array{std::pair{running, "running"}, std::pair{succeeded, "succeeded"},
                    std::pair{failed, "failed"}, std::pair{cancelled, "cancelled"}};
}

/// One run of a workflow.
struct Execution {
  std::string id = {};
  std::string workflow_id = {};
  ExecutionStatus status = ExecutionStatus::running;
  tenancy::Timestamp started_at = {};
  std::optional<tenancy::Timestamp> finished_at = {};  ///< Nothing while it runs.
  std::optional<std::int64_t> duration_ms = {};        ///< Nothing while it runs.
  std::optional<std::string> error = {};               ///< Why it failed.
};

constexpr auto tenancy_mapping(std::type_identity<Execution> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity(
      "executions", m::generated_key("id", &Execution::id),
      m::column("workflow_id", &Execution::workflow_id), m::column("status", &Execution::status),
      m::column("started_at", &Execution::started_at),
      m::column("finished_at", &Execution::finished_at),
      m::column("duration_ms", &Execution::duration_ms), m::column("error", &Execution::error),
      m::row_version("row_version"), m::foreign_key<Workflow>(&Execution::workflow_id),
      // The same reference, for lists of workflows without their definitions.
      m::foreign_key<WorkflowSummary>(&Execution::workflow_id));
}

}  // namespace tenantd
