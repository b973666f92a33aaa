#pragma once

#include <string>

#include "tenancy/registry/tenant_registry.hpp"

#include "ctl/api_client.hpp"
#include "ctl/pairing_record.hpp"

namespace tenantctl {

/// The messaging instances of tenants, which a server makes; the client must outlive it.
///
/// Errors: beside those of the API, `unfinished` where a tenant was made and its instance was not.
class ServerMessaging {
 public:
  explicit ServerMessaging(ApiClient& client) : client_{&client} {}

  /// Creates a tenant with an instance of that name. Errors: usage for what only a store can do.
  [[nodiscard]] Outcome<PairedTenant> create(const tenancy::NewTenant& tenant,
                                             const std::string& instance) const;

  /// Fresh pairing data of an instance of the tenant's, its only one where none is named, and the
  /// tenant active afterwards if asked for.
  struct Wish {
    std::string instance;
    bool activates = false;
  };
  [[nodiscard]] Outcome<PairedTenant> pair(tenancy::TenantId tenant, const Wish& wish) const;

 private:
  ApiClient* client_;
};

}  // namespace tenantctl
