#pragma once

#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

// What every tenant's transaction asks first, in its own snapshot. The registry's migrations create
// the tables; it changes the epoch with every change of status.

/// The epoch of a tenant, and whether it is active.
inline constexpr StaticSql tenant_gate_sql{
    "SELECT epoch, status = 'active' FROM tenancy_tenants WHERE tenant_id = ?1"};

/// The same for a context that was made for a credential, ?2 with the expiry ?3: no row when that
/// is not what it was.
inline constexpr StaticSql credential_gate_sql{
    "SELECT t.epoch, t.status = 'active' FROM tenancy_api_keys k "
    "JOIN tenancy_tenants t ON t.tenant_id = k.tenant_id "
    "WHERE k.key_id = ?2 AND k.tenant_id = ?1 AND k.revoked_at IS NULL AND k.expires_at IS ?3"};

}  // namespace tenancy::inline v0::detail
