#pragma once

#include "tenancy/registry/tenant_registry.hpp"

#include "ctl/call_limit.hpp"
#include "ctl/key_desk.hpp"

namespace tenantctl {

/// The keys of a store's tenants. The limit must outlive it.
class StoreKeys final : public KeyDesk {
 public:
  StoreKeys(const tenancy::TenantRegistry& registry, const CallLimit& limit)
      : registry_{registry}, limit_{limit} {}

  Outcome<tenancy::IssuedApiKey> issue(tenancy::TenantId tenant,
                                       const tenancy::ApiKeyRequest& request) override;
  Outcome<tenancy::Page<tenancy::ApiKey>> list(tenancy::TenantId tenant,
                                               const std::optional<std::string>& cursor) override;
  Outcome<tenancy::ApiKey> revoke(tenancy::TenantId tenant, std::string_view key_id) override;

 private:
  tenancy::TenantRegistry registry_;
  const CallLimit& limit_;
};

}  // namespace tenantctl
