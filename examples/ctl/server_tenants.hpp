#pragma once

#include <string>

#include "ctl/api_client.hpp"
#include "ctl/tenant_directory.hpp"

namespace tenantctl {

/// What is sent to create a tenant. Errors: usage for what only a store takes.
Outcome<Json> members_of(const tenancy::NewTenant& tenant);

/// The tenants behind a server, for which the client must outlive it. An answer about another
/// tenant than the one that was asked for is no answer.
class ServerTenants final : public TenantDirectory {
 public:
  explicit ServerTenants(ApiClient& client) : client_{client} {}

  Outcome<TenantRecord> find(std::string_view reference) override;
  Outcome<TenantRecord> show(std::string_view reference) override;
  Outcome<tenancy::Page<TenantRecord>> list(const tenancy::PageRequest& request,
                                            const tenancy::TenantFilter& filter,
                                            const tenancy::TenantSort& sort) override;
  Outcome<TenantRecord> create(const tenancy::NewTenant& tenant) override;
  Outcome<TenantRecord> update(tenancy::TenantId id, const tenancy::TenantChange& change,
                               std::optional<std::int64_t> version) override;
  Outcome<TenantRecord> change_status(tenancy::TenantId id, tenancy::TenantStatus to,
                                      std::optional<std::int64_t> version) override;

 private:
  Outcome<TenantRecord> find_by_id(tenancy::TenantId id);
  Outcome<TenantRecord> find_by_slug(const tenancy::Slug& slug);
  /// The entity tag that a change of the tenant has to name; empty for any version.
  Outcome<std::string> required_tag(tenancy::TenantId id, std::optional<std::int64_t> version);

  ApiClient& client_;
};

}  // namespace tenantctl
