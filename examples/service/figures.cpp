#include "service/figures.hpp"

#include "tenancy/data/read_repository.hpp"

namespace tenantd {

using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Result;

Result<TenantFigures> count_figures(const tenancy::Store& store,
                                    const tenancy::TenantContext& context,
                                    const tenancy::CallOptions& limits) {
  return store.read(context, limits, [](ReadTransaction& transaction) -> Result<TenantFigures> {
    TenantFigures figures;
    const ReadRepository<Deployment> deployments{transaction};
    BOOST_OUTCOME_TRY(figures.deployments,
                      deployments.aggregate_by<&Deployment::status>(tenancy::count_rows));
    const ReadRepository<WorkflowSummary> workflows{transaction};
    BOOST_OUTCOME_TRY(figures.workflows,
                      workflows.aggregate_by<&WorkflowSummary::status>(tenancy::count_rows));
    const ReadRepository<Execution> executions{transaction};
    BOOST_OUTCOME_TRY(figures.executions,
                      executions.aggregate_by<&Execution::status>(tenancy::count_rows));
    BOOST_OUTCOME_TRY(figures.last_started_at,
                      executions.aggregate(tenancy::max_of<&Execution::started_at>));
    return figures;
  });
}

}  // namespace tenantd
