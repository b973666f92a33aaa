#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/aggregate.hpp"
#include "tenancy/storage/store.hpp"

#include "service/deployment.hpp"
#include "service/execution.hpp"
#include "service/workflow.hpp"

namespace tenantd {

/// How much a tenant has of everything: figures, none of its rows.
struct TenantFigures {
  template <class Status>
  using ByStatus = std::vector<tenancy::Group<Status, std::int64_t>>;

  ByStatus<DeploymentStatus> deployments = {};
  ByStatus<WorkflowStatus> workflows = {};
  ByStatus<ExecutionStatus> executions = {};
  std::optional<tenancy::Timestamp> last_started_at = {};
};

/// All of one snapshot, so that the figures agree. Errors: the store's.
tenancy::Result<TenantFigures> count_figures(const tenancy::Store& store,
                                             const tenancy::TenantContext& context,
                                             const tenancy::CallOptions& limits);

}  // namespace tenantd
