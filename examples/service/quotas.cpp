#include "service/quotas.hpp"

#include "tenancy/core/assert.hpp"
#include "tenancy/data/read_repository.hpp"

#include "service/deployment.hpp"
#include "service/execution.hpp"
#include "service/named.hpp"
#include "service/workflow.hpp"

namespace tenantd {
namespace {

using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Result;
using tenancy::WriteTransaction;

Result<std::int64_t> count_rows(ReadTransaction& transaction, Metric metric) {
  switch (metric) {
    case Metric::deployments:
      return ReadRepository<Deployment>{transaction}.count();
    case Metric::workflows:
      return ReadRepository<WorkflowSummary>{transaction}.count();
    case Metric::executions:
      return ReadRepository<Execution>{transaction}.count();
  }
  TENANCY_ASSERT(false, "a metric that does not exist");
}

}  // namespace

tenancy::Quota quota_of(Metric metric) {
  return {tenancy::MetricName::parse(name_of(metric)).value(), tenancy::QuotaLimit::unlimited()};
}

Result<tenancy::QuotaUsage> look_at_quota(ReadTransaction& transaction, Metric metric) {
  BOOST_OUTCOME_TRY(auto usage, quota_of(metric).usage(transaction));
  if (!usage.has_begun) {
    BOOST_OUTCOME_TRY(usage.used, count_rows(transaction, metric));
  }
  return usage;
}

Result<TenantQuotas> read_quotas(const tenancy::Store& store, const tenancy::TenantContext& context,
                                 const tenancy::CallOptions& limits) {
  return store.read(context, limits, [](ReadTransaction& transaction) -> Result<TenantQuotas> {
    TenantQuotas quotas;
    for (const Metric metric : all_metrics) {
      BOOST_OUTCOME_TRY(const auto usage, look_at_quota(transaction, metric));
      quotas.emplace_back(metric, usage);
    }
    return quotas;
  });
}

Result<tenancy::QuotaUsage> change_quota(WriteTransaction& transaction, Metric metric,
                                         const QuotaChange& change) {
  BOOST_OUTCOME_TRY(begin_counting(transaction, metric));
  if (const auto* const reset = std::get_if<QuotaReset>(&change)) {
    return quota_of(metric).reset(transaction, reset->reason);
  }
  return quota_of(metric).set_limit(transaction, std::get<tenancy::QuotaLimit>(change));
}

Result<void> begin_counting(WriteTransaction& transaction, Metric metric) {
  const tenancy::Quota quota = quota_of(metric);
  BOOST_OUTCOME_TRY(const auto usage, quota.usage(transaction));
  if (!usage.has_begun) {
    BOOST_OUTCOME_TRY(const auto rows, count_rows(transaction, metric));
    BOOST_OUTCOME_TRY(quota.begin(transaction, rows));
  }
  return tenancy::success();
}

Result<void> count_one(WriteTransaction& transaction, Metric metric) {
  BOOST_OUTCOME_TRY(begin_counting(transaction, metric));
  BOOST_OUTCOME_TRY(quota_of(metric).consume(transaction));
  return tenancy::success();
}

Result<void> give_one_back(WriteTransaction& transaction, Metric metric) {
  BOOST_OUTCOME_TRY(quota_of(metric).release(transaction));
  return tenancy::success();
}

}  // namespace tenantd
