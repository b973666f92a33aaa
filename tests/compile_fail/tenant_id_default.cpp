// There is no null tenant.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::TenantId::TenantId\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::TenantId'
#include "tenancy/core/tenant_id.hpp"

void use() {
  const tenancy::TenantId id = tenancy::TenantId::generate();
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantId none;
#endif
}
