// There is no crossing without a record of who and why.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::CrossTenantContext::CrossTenantContext\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::CrossTenantContext'
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"

void use(tenancy::CrossTenantContext given) {
  const tenancy::CrossTenantContext crossing{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossTenantContext forged;
#endif
}
