// Nobody fills in the members of a context: it is no aggregate.
// EXPECT-GCC: could not convert '\{[^}]*\}' from '<brace-enclosed initializer list>' to 'const tenancy::v0::TenantContext'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given, const tenancy::Principal& principal) {
  const tenancy::TenantContext copy = given;
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext forged = {copy.tenant(), principal, 1, tenancy::Scope::admin};
#endif
}
