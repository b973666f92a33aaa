#pragma once

#include <string_view>
#include <vector>

#include "tenancy/registry/api_key.hpp"

#include "ctl/failure.hpp"

namespace tenantctl {

/// Where tenants' keys are issued and taken back, in a store or behind a server.
///
/// Errors: those of `tenancy::TenantRegistry` under their codes, wherever they come from.
class KeyDesk {
 public:
  KeyDesk() = default;
  KeyDesk(const KeyDesk&) = delete;
  KeyDesk& operator=(const KeyDesk&) = delete;
  virtual ~KeyDesk() = default;

  virtual Outcome<tenancy::IssuedApiKey> issue(tenancy::TenantId tenant,
                                               const tenancy::ApiKeyRequest& request) = 0;
  /// Newest first, revoked and expired ones too.
  virtual Outcome<std::vector<tenancy::ApiKey>> list(tenancy::TenantId tenant) = 0;
  virtual Outcome<tenancy::ApiKey> revoke(tenancy::TenantId tenant, std::string_view key_id) = 0;
};

}  // namespace tenantctl
