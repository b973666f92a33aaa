// Assigning a crossing would copy it.
// EXPECT-GCC: use of deleted function 'tenancy::v0::CrossTenantContext& tenancy::v0::CrossTenantContext::operator=\(const tenancy::v0::CrossTenantContext&\)'
// EXPECT-CLANG: overload resolution selected deleted operator '='
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"

void use(tenancy::CrossTenantContext a, tenancy::CrossTenantContext b) {
#ifdef MUST_NOT_COMPILE
  a = b;
#endif
  a = std::move(b);
}
