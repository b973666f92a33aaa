// Knowing a tenant's id is no permission to see its rows.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::TenantContext::TenantContext\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

tenancy::TenantId use(const tenancy::TenantContext& given, tenancy::TenantId id) {
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext forged{id};
#endif
  return given.tenant() < id ? id : given.tenant();
}
