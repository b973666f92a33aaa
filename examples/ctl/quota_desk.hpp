#pragma once

#include <string_view>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "ctl/failure.hpp"
#include "ctl/quota_record.hpp"

namespace tenantctl {

/// Where tenants' quotas are looked at and changed, in a store or behind a server.
///
/// Errors: those of `tenancy::Quota` under their codes, wherever they come from; `not_found` for a
/// metric that is not counted; `tenant_not_active`.
class QuotaDesk {
 public:
  QuotaDesk() = default;
  QuotaDesk(const QuotaDesk&) = delete;
  QuotaDesk& operator=(const QuotaDesk&) = delete;
  virtual ~QuotaDesk() = default;

  virtual Outcome<std::vector<QuotaRecord>> list(tenancy::TenantId tenant) = 0;
  virtual Outcome<QuotaRecord> set(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                                   tenancy::QuotaLimit limit) = 0;
  virtual Outcome<QuotaRecord> reset(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                                     std::string_view reason) = 0;

  Outcome<QuotaRecord> find(tenancy::TenantId tenant, const tenancy::MetricName& metric);
};

}  // namespace tenantctl
