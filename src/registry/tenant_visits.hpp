#pragma once

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/tenant_visit.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// Visits tenants, once the use of the permission has been written down. As
/// `Authority::for_each_tenant`.
Result<TenantVisitReport> visit_tenants(StoreBackend& backend, const CrossTenantContext& crossing,
                                        const TenantVisitOptions& options,
                                        FunctionRef<Result<void>(const TenantContext&)> visit);

}  // namespace tenancy::inline v0::detail
