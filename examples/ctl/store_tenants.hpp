#pragma once

#include "ctl/call_limit.hpp"
#include "ctl/tenant_directory.hpp"

namespace tenantctl {

/// The tenants of a store. The limit must outlive it.
class StoreTenants final : public TenantDirectory {
 public:
  StoreTenants(const tenancy::TenantRegistry& registry, const CallLimit& limit)
      : registry_{registry}, limit_{limit} {}

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
  [[nodiscard]] tenancy::TenantRegistry registry() const { return registry_.with(limit_.call()); }

  tenancy::TenantRegistry registry_;
  const CallLimit& limit_;
};

/// All that a store tells of a tenant but its identifiers.
TenantRecord to_record(const tenancy::Tenant& tenant);

}  // namespace tenantctl
