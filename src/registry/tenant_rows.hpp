#pragma once

#include "tenancy/registry/tenant.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// A tenant's row from a statement whose columns are those of `tenant_columns`.
/// Errors: `invalid_row`.
Result<Tenant> read_tenant(const Statement& statement);

/// Errors: `not_found`; those of the store.
Result<Tenant> find_tenant(ControlSession& session, TenantId id);
Result<Tenant> find_tenant(ControlSession& session, const Slug& slug);

/// The order of columns that `read_tenant` expects.
#define TENANCY_TENANT_COLUMNS "tenant_id, slug, name, status, epoch, created_at, updated_at"

}  // namespace tenancy::inline v0::detail
