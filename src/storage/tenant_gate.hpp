#pragma once

#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

/// The statement that every tenant's transaction runs first, in its own snapshot: the epoch of an
/// active tenant, no row for any other. The registry's first migration creates the table and
/// changes the epoch with every change of status.
inline constexpr StaticSql tenant_gate_sql{
    "SELECT epoch FROM tenancy_tenants WHERE tenant_id = ?1 AND status = 'active'"};

}  // namespace tenancy::inline v0::detail
