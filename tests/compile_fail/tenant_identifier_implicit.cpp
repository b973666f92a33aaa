// Text from outside is no identifier before it was parsed.
// EXPECT-GCC: could not convert '\{"crm", "4711"\}' from '<brace-enclosed initializer list>' to 'tenancy::v0::TenantIdentifier'|'tenancy::v0::TenantIdentifier::TenantIdentifier\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::TenantIdentifier'
#include "tenancy/registry/tenant_identifier.hpp"

tenancy::TenantIdentifier use(const tenancy::TenantIdentifier& given) {
#ifdef MUST_NOT_COMPILE
  return {"crm", "4711"};
#endif
  return given;
}
