#include "ctl/server_quotas.hpp"

#include <string>
#include <utility>

#include "ctl/server_answer.hpp"

namespace tenantctl {
namespace {

using tenancy::MetricName;
using tenancy::TenantId;

std::string path_of(TenantId tenant) { return "/api/tenants/" + tenant.to_string() + "/quotas"; }

std::string path_of(TenantId tenant, const MetricName& metric) {
  return path_of(tenant) + "/" + metric.to_string();
}

Outcome<QuotaRecord> read_quota_of(const MetricName& metric, std::string_view body) {
  BOOST_OUTCOME_TRY(auto record, read_quota(body));
  if (record.metric != metric.to_string()) {
    return Failure::other("answer", "The server's answer is about another metric.");
  }
  return record;
}

}  // namespace

Outcome<std::vector<QuotaRecord>> ServerQuotas::list(TenantId tenant) {
  BOOST_OUTCOME_TRY(const auto body, client_.get(path_of(tenant)));
  return read_quotas(body);
}

Outcome<QuotaRecord> ServerQuotas::set(TenantId tenant, const MetricName& metric,
                                       tenancy::QuotaLimit limit) {
  Json members{{"limit", limit.is_unlimited() ? Json(nullptr) : Json(limit.amount())}};
  BOOST_OUTCOME_TRY(const auto body,
                    client_.change("PUT", path_of(tenant, metric), std::move(members)));
  return read_change(read_quota_of(metric, body));
}

Outcome<QuotaRecord> ServerQuotas::reset(TenantId tenant, const MetricName& metric,
                                         std::string_view reason) {
  BOOST_OUTCOME_TRY(const auto body, client_.change("POST", path_of(tenant, metric) + "/reset",
                                                    Json{{"reason", reason}}));
  return read_change(read_quota_of(metric, body));
}

}  // namespace tenantctl
