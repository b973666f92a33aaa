// A reason is checked where it is made, so that it says something and stays on its line.
// EXPECT-GCC: 'tenancy::v0::CrossingReason::CrossingReason\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::CrossingReason'
#include "tenancy/core/cross_tenant_context.hpp"

void use() {
  const auto good = tenancy::CrossingReason::create(tenancy::CrossingPurpose::support, "why not");
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossingReason forged{tenancy::CrossingPurpose::support, ""};
#endif
}
