// The state of a context is a private type: nobody builds another one.
// EXPECT-GCC: 'struct tenancy::v0::TenantContext::State' is private within this context
// EXPECT-CLANG: 'State' is a private member of 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given) {
  const tenancy::TenantContext copy{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext::State* state = nullptr;
#endif
}
