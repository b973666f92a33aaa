// One record stands for one crossing, so a crossing is not copied.
// EXPECT-GCC: use of deleted function 'tenancy::v0::CrossTenantContext::CrossTenantContext\(const tenancy::v0::CrossTenantContext&\)'
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::CrossTenantContext'
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"

void use(tenancy::CrossTenantContext crossing) {
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossTenantContext copy{crossing};
#endif
  const tenancy::CrossTenantContext moved{std::move(crossing)};
}
