// Narrowing has no counterpart.
// EXPECT-GCC: 'const class tenancy::v0::TenantContext' has no member named 'widened_to'
// EXPECT-CLANG: no member named 'widened_to' in 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given) {
  const tenancy::TenantContext narrowed = given.narrowed_to(tenancy::Scope::read);
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext widened = given.widened_to(tenancy::Scope::admin);
#endif
}
