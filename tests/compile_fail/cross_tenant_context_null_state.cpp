// The constructor that takes a state is private, or a null pointer would do for one.
// EXPECT-GCC: 'tenancy::v0::CrossTenantContext::CrossTenantContext\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::CrossTenantContext'
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"

void use(tenancy::CrossTenantContext given) {
  const tenancy::CrossTenantContext crossing{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossTenantContext forged{nullptr};
#endif
}
