#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/page.hpp"
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
  /// The newest, revoked and expired ones too, or those behind the page that gave out the cursor.
  virtual Outcome<tenancy::Page<tenancy::ApiKey>> list(
      tenancy::TenantId tenant, const std::optional<std::string>& cursor) = 0;
  virtual Outcome<tenancy::ApiKey> revoke(tenancy::TenantId tenant, std::string_view key_id) = 0;

  /// Errors: `not_found`.
  Outcome<tenancy::ApiKey> find(tenancy::TenantId tenant, std::string_view key_id);
};

}  // namespace tenantctl
