// A scope beside a context widens nothing: there is no such constructor, only narrowing.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::TenantContext::TenantContext\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given) {
  const tenancy::TenantContext narrowed = given.narrowed_to(tenancy::Scope::read);
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext widened{narrowed, tenancy::Scope::admin};
#endif
}
