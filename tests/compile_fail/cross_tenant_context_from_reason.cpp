// A reason alone is no permission: the authority records it first.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::CrossTenantContext::CrossTenantContext\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::CrossTenantContext'
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"

void use(tenancy::CrossTenantContext given, tenancy::Principal who, tenancy::CrossingReason why) {
  const tenancy::CrossTenantContext crossing{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossTenantContext forged{std::move(who), std::move(why)};
#endif
}
