#pragma once

#include "tenancy/core/tenant_id.hpp"
#include "tenancy/registry/tenant_erasure.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// As `Maintenance::erase_tenant`, without its permission.
Result<ErasureReport> erase_tenant(StoreBackend& backend, TenantId tenant,
                                   const ErasureOptions& options);

}  // namespace tenancy::inline v0::detail
