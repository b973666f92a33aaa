#include "ctl/store_quotas.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "service/named.hpp"
#include "service/quotas.hpp"

namespace tenantctl {
namespace {

using tenancy::MetricName;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::ReadTransaction;
using tenancy::Result;
using tenancy::TenantId;
using tenancy::WriteTransaction;

tenancy::Error no_such_metric() {
  return tenancy::Error{tenancy::errc::not_found, "no such metric is counted"};
}

QuotaRecord to_record(const tenancy::StoredQuota& stored) {
  return {.metric = stored.metric.to_string(),
          .used = stored.used,
          .limit = stored.own_limit,
          .updated_at = stored.updated_at,
          .last_reset_at = stored.last_reset_at};
}

QuotaRecord to_record(tenantd::Metric metric, const tenancy::QuotaUsage& usage) {
  return {.metric = std::string{tenantd::name_of(metric)},
          .used = usage.used,
          .limit = usage.limit,
          .updated_at = usage.updated_at,
          .last_reset_at = usage.last_reset_at};
}

/// What counts and allows nothing by itself: limits and resets need no more.
Quota bare_quota(const MetricName& metric) { return {metric, QuotaLimit::nothing()}; }

}  // namespace

Result<tenancy::ImpersonationContext> StoreQuotas::visit(TenantId tenant,
                                                         tenancy::Scope scope) const {
  const bool reads = scope == tenancy::Scope::read;
  BOOST_OUTCOME_TRY(
      const auto reason,
      tenancy::CrossingReason::create(
          reads ? tenancy::CrossingPurpose::reporting : tenancy::CrossingPurpose::maintenance,
          reads ? "an administrator asks for the quotas" : "an administrator changes a quota"));
  const tenancy::ImpersonationRequest request{.scope = scope, .duration = std::chrono::hours{1}};
  return authority_.impersonate(tenant, principal_, reason, request, limit_.call());
}

Result<std::vector<QuotaRecord>> StoreQuotas::read(ReadTransaction& transaction) const {
  std::vector<QuotaRecord> records;
  if (schema_ == StoreSchema::of_service) {
    for (const tenantd::Metric metric : tenantd::all_metrics) {
      BOOST_OUTCOME_TRY(const auto usage, tenantd::look_at_quota(transaction, metric));
      records.push_back(to_record(metric, usage));
    }
  } else {
    BOOST_OUTCOME_TRY(const auto stored, tenancy::stored_quotas(transaction));
    for (const auto& each : stored) {
      records.push_back(to_record(each));
    }
  }
  return records;
}

Outcome<std::vector<QuotaRecord>> StoreQuotas::list(TenantId tenant) {
  BOOST_OUTCOME_TRY(const auto entered, visit(tenant, tenancy::Scope::read));
  BOOST_OUTCOME_TRY(auto records, authority_.store().read(entered.context(), limit_.call(),
                                                          [&](ReadTransaction& transaction) {
                                                            return read(transaction);
                                                          }));
  return records;
}

Outcome<QuotaRecord> StoreQuotas::change(TenantId tenant, const MetricName& metric,
                                         const Change& change) {
  const auto known = tenantd::find_named<tenantd::Metric>(metric.to_string());
  if (schema_ == StoreSchema::of_service && !known) {
    return Failure{no_such_metric()};
  }
  BOOST_OUTCOME_TRY(const auto entered, visit(tenant, tenancy::Scope::write));
  BOOST_OUTCOME_TRY(
      auto changed,
      authority_.store().write(entered.context(), limit_.call(),
                               [&](WriteTransaction& transaction) -> Result<QuotaRecord> {
                                 if (schema_ == StoreSchema::of_service) {
                                   BOOST_OUTCOME_TRY(tenantd::begin_counting(transaction, *known));
                                 }
                                 BOOST_OUTCOME_TRY(change(transaction));
                                 BOOST_OUTCOME_TRY(const auto records, read(transaction));
                                 for (const QuotaRecord& record : records) {
                                   if (record.metric == metric.to_string()) {
                                     return record;
                                   }
                                 }
                                 return no_such_metric();
                               }));
  return changed;
}

Outcome<QuotaRecord> StoreQuotas::set(TenantId tenant, const MetricName& metric, QuotaLimit limit) {
  return change(tenant, metric, [&](WriteTransaction& transaction) -> Result<void> {
    BOOST_OUTCOME_TRY(bare_quota(metric).set_limit(transaction, limit));
    return tenancy::success();
  });
}

Outcome<QuotaRecord> StoreQuotas::reset(TenantId tenant, const MetricName& metric,
                                        std::string_view reason) {
  return change(tenant, metric, [&](WriteTransaction& transaction) -> Result<void> {
    BOOST_OUTCOME_TRY(bare_quota(metric).reset(transaction, reason));
    return tenancy::success();
  });
}

Outcome<std::vector<tenancy::QuotaReset>> StoreQuotas::resets(TenantId tenant,
                                                              const MetricName& metric) {
  BOOST_OUTCOME_TRY(const auto entered, visit(tenant, tenancy::Scope::read));
  BOOST_OUTCOME_TRY(
      auto resets,
      authority_.store().read(entered.context(), limit_.call(), [&](ReadTransaction& transaction) {
        return bare_quota(metric).resets(transaction);
      }));
  return resets;
}

}  // namespace tenantctl
