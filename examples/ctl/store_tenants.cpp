#include "ctl/store_tenants.hpp"

#include <utility>

#include "ctl/tenant_reference.hpp"

namespace tenantctl {

using tenancy::TenantStatus;

TenantRecord to_record(const tenancy::Tenant& tenant) {
  return {.id = tenant.id,
          .slug = tenant.slug,
          .name = tenant.name,
          .status = tenant.status,
          .plan = tenant.plan,
          .version = tenant.version,
          .created_at = tenant.created_at,
          .updated_at = tenant.updated_at,
          .template_version = tenant.template_version,
          .workflow_ids = tenant.workflow_ids,
          .metadata = tenant.metadata,
          .epoch = tenant.epoch};
}

Outcome<TenantRecord> StoreTenants::find(std::string_view reference) {
  BOOST_OUTCOME_TRY(const auto tenant, find_tenant(registry(), reference));
  return to_record(tenant);
}

Outcome<TenantRecord> StoreTenants::show(std::string_view reference) {
  BOOST_OUTCOME_TRY(auto record, find(reference));
  BOOST_OUTCOME_TRY(record.identifiers, registry().identifiers(record.id));
  return record;
}

Outcome<tenancy::Page<TenantRecord>> StoreTenants::list(const tenancy::PageRequest& request,
                                                        const tenancy::TenantFilter& filter,
                                                        const tenancy::TenantSort& sort) {
  BOOST_OUTCOME_TRY(auto found, registry().list(request, filter, sort));
  tenancy::Page<TenantRecord> page;
  for (const auto& tenant : found.items) {
    page.items.push_back(to_record(tenant));
  }
  page.has_next = found.has_next;
  page.has_previous = found.has_previous;
  page.next_cursor = std::move(found.next_cursor);
  page.previous_cursor = std::move(found.previous_cursor);
  page.numbers = found.numbers;
  return page;
}

Outcome<TenantRecord> StoreTenants::create(const tenancy::NewTenant& tenant) {
  BOOST_OUTCOME_TRY(const auto made, registry().create(tenant));
  auto record = to_record(made);
  record.identifiers = tenant.identifiers;
  return record;
}

Outcome<TenantRecord> StoreTenants::update(tenancy::TenantId id,
                                           const tenancy::TenantChange& change,
                                           std::optional<std::int64_t> version) {
  BOOST_OUTCOME_TRY(const auto tenant, registry().update(id, change, version));
  return to_record(tenant);
}

Outcome<TenantRecord> StoreTenants::change_status(tenancy::TenantId id, TenantStatus to,
                                                  std::optional<std::int64_t> version) {
  const auto changed = [&] {
    switch (to) {
      case TenantStatus::active:
        return registry().activate(id, version);
      case TenantStatus::inactive:
        return registry().deactivate(id, version);
      case TenantStatus::suspended:
        return registry().suspend(id, version);
      case TenantStatus::archived:
        return registry().archive(id, version);
      case TenantStatus::provisioning:
        break;
    }
    return tenancy::Result<tenancy::Tenant>{tenancy::Error{
        tenancy::errc::invalid_transition, "no tenant becomes one that is provisioned"}};
  }();
  BOOST_OUTCOME_TRY(const auto tenant, changed);
  return to_record(tenant);
}

}  // namespace tenantctl
