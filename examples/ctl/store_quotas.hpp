#pragma once

#include <cstdint>
#include <functional>

#include "tenancy/core/principal.hpp"
#include "tenancy/quota/quota.hpp"
#include "tenancy/registry/authority.hpp"

#include "ctl/call_limit.hpp"
#include "ctl/quota_desk.hpp"

namespace tenantctl {

/// Whose schema a store has, and so whether it is known what its tables hold.
enum class StoreSchema : std::uint8_t { of_service, of_host };

/// The quotas of a store's tenants. Each look and each change is on record in the store before it
/// is made. The authority and the limit must outlive it.
class StoreQuotas final : public QuotaDesk {
 public:
  StoreQuotas(const tenancy::Authority& authority, const tenancy::Principal& principal,
              StoreSchema schema, const CallLimit& limit)
      : authority_{authority}, principal_{principal}, limit_{limit}, schema_{schema} {}

  Outcome<std::vector<QuotaRecord>> list(tenancy::TenantId tenant) override;
  Outcome<QuotaRecord> set(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                           tenancy::QuotaLimit limit) override;
  Outcome<QuotaRecord> reset(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                             std::string_view reason) override;

  /// The latest resets, the last one first.
  Outcome<std::vector<tenancy::QuotaReset>> resets(tenancy::TenantId tenant,
                                                   const tenancy::MetricName& metric);

 private:
  using Change = std::function<tenancy::Result<void>(tenancy::WriteTransaction&)>;

  [[nodiscard]] tenancy::Result<tenancy::ImpersonationContext> visit(tenancy::TenantId tenant,
                                                                     tenancy::Scope scope) const;
  [[nodiscard]] tenancy::Result<std::vector<QuotaRecord>> read(
      tenancy::ReadTransaction& transaction) const;
  Outcome<QuotaRecord> change(tenancy::TenantId tenant, const tenancy::MetricName& metric,
                              const Change& change);

  const tenancy::Authority& authority_;
  tenancy::Principal principal_;
  const CallLimit& limit_;
  StoreSchema schema_;
};

}  // namespace tenantctl
