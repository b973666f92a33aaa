#include "ctl/quota_desk.hpp"

namespace tenantctl {

Outcome<QuotaRecord> QuotaDesk::find(tenancy::TenantId tenant, const tenancy::MetricName& metric) {
  BOOST_OUTCOME_TRY(const auto records, list(tenant));
  for (const QuotaRecord& record : records) {
    if (record.metric == metric.to_string()) {
      return record;
    }
  }
  return Failure{tenancy::Error{tenancy::errc::not_found, "no such metric is counted"}};
}

}  // namespace tenantctl
