#pragma once

#include "ctl/api_client.hpp"
#include "ctl/quota_desk.hpp"

namespace tenantctl {

/// The quotas of the tenants behind a server, for which the client must outlive it. An answer about
/// another metric than the one that was asked for is no answer.
class ServerQuotas final : public QuotaDesk {
 public:
  explicit ServerQuotas(ApiClient& client) : client_{client} {}

  Outcome<std::vector<QuotaRecord>> list(tenancy::TenantId tenant) override;
  Outcome<QuotaRecord> set(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                           tenancy::QuotaLimit limit) override;
  Outcome<QuotaRecord> reset(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                             std::string_view reason) override;

 private:
  ApiClient& client_;
};

}  // namespace tenantctl
