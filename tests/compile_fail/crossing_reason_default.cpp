// No reason is no reason.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::CrossingReason::CrossingReason\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::CrossingReason'
#include "tenancy/core/cross_tenant_context.hpp"

void use(const tenancy::CrossingReason& given) {
  const tenancy::CrossingReason copy{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossingReason none;
#endif
}
