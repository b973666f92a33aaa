#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/quota/quota.hpp"
#include "tenancy/storage/store.hpp"

namespace tenantd {

/// What this service counts of each tenant. Deployments and workflows are those that are there;
/// executions are those that were ever started.
enum class Metric : std::uint8_t { deployments, workflows, executions };

constexpr auto tenancy_names(std::type_identity<Metric>) {
  return std::array{std::pair{Metric::deployments, "deployments"},
                    std::pair{Metric::workflows, "workflows"},
                    std::pair{Metric::executions, "executions"}};
}

inline constexpr std::array all_metrics{Metric::deployments, Metric::workflows, Metric::executions};

/// The quota of a metric. Tenants are not limited unless an administrator gives them a limit.
tenancy::Quota quota_of(Metric metric);

/// How the tenant stands: where counting has not begun, it is counted what there is.
tenancy::Result<tenancy::QuotaUsage> look_at_quota(tenancy::ReadTransaction& transaction,
                                                   Metric metric);

/// All of a tenant's quotas.
using TenantQuotas = std::vector<std::pair<Metric, tenancy::QuotaUsage>>;

/// All of one snapshot. Errors: the store's.
tenancy::Result<TenantQuotas> read_quotas(const tenancy::Store& store,
                                          const tenancy::TenantContext& context,
                                          const tenancy::CallOptions& limits);

/// Counting from 0 again, and why.
struct QuotaReset {
  std::string reason;
};

/// What somebody of the platform does to a quota: the limit that the tenant gets, or a reset.
using QuotaChange = std::variant<tenancy::QuotaLimit, QuotaReset>;

/// Makes the change, in the context of who makes it. Errors: as `tenancy::Quota`.
tenancy::Result<tenancy::QuotaUsage> change_quota(tenancy::WriteTransaction& transaction,
                                                  Metric metric, const QuotaChange& change);

/// Begins counting at the rows that there are, unless it has begun: in stores that were filled
/// before there were quotas. In the transaction that is to add a row, and before it does: what
/// another transaction adds is either seen or counted after this one.
tenancy::Result<void> begin_counting(tenancy::WriteTransaction& transaction, Metric metric);

/// Counts a row that the transaction is about to add. Errors: `quota_exceeded`.
tenancy::Result<void> count_one(tenancy::WriteTransaction& transaction, Metric metric);

/// Gives one back for a row that the transaction has removed.
tenancy::Result<void> give_one_back(tenancy::WriteTransaction& transaction, Metric metric);

}  // namespace tenantd
