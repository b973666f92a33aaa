// A context without a tenant would have to mean somebody: nobody, or everybody.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::TenantContext::TenantContext\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given) {
  const tenancy::TenantContext context{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext forged;
#endif
}
