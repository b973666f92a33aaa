#pragma once

#include "ctl/api_client.hpp"
#include "ctl/key_desk.hpp"

namespace tenantctl {

/// The keys of the tenants behind a server, for which the client must outlive it.
class ServerKeys final : public KeyDesk {
 public:
  explicit ServerKeys(ApiClient& client) : client_{client} {}

  Outcome<tenancy::IssuedApiKey> issue(tenancy::TenantId tenant,
                                       const tenancy::ApiKeyRequest& request) override;
  Outcome<tenancy::Page<tenancy::ApiKey>> list(tenancy::TenantId tenant,
                                               const std::optional<std::string>& cursor) override;
  Outcome<tenancy::ApiKey> revoke(tenancy::TenantId tenant, std::string_view key_id) override;

 private:
  ApiClient& client_;
};

}  // namespace tenantctl
