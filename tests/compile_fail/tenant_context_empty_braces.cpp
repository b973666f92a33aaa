// Braces are no way around the missing default constructor.
// EXPECT-GCC: could not convert '<brace-enclosed initializer list>\(\)' from '<brace-enclosed initializer list>' to 'tenancy::v0::TenantContext'
// EXPECT-CLANG: no matching constructor for initialization of 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

tenancy::TenantContext use(const tenancy::TenantContext& given) {
#ifdef MUST_NOT_COMPILE
  return {};
#endif
  return given;
}
