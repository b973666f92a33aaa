#pragma once

#include <cstdint>

#include "tenancy/registry/tenant.hpp"
#include "tenancy/registry/tenant_identifier.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// The order of columns that `read_tenant` expects.
#define TENANCY_TENANT_COLUMNS                                                             \
  "tenant_id, slug, name, status, plan, template_version, workflow_ids, metadata, epoch, " \
  "version, created_at, updated_at, erased_at"

/// A tenant's row from a statement whose columns are `TENANCY_TENANT_COLUMNS`.
/// Errors: `invalid_row`.
Result<Tenant> read_tenant(const Statement& statement);

/// Errors: `not_found`; those of the store.
Result<Tenant> find_tenant(ControlSession& session, TenantId id);
Result<Tenant> find_tenant(ControlSession& session, const Slug& slug);
Result<Tenant> find_tenant(ControlSession& session, const TenantIdentifier& identifier);

/// The epoch of a tenant that is active. Errors: `not_found`, `tenant_not_active`.
Result<std::int64_t> find_active_epoch(ControlSession& session, TenantId id);

Error not_active(TenantId id, TenantStatus status);

}  // namespace tenancy::inline v0::detail
