// The constructor that takes a state is the mint's alone; a null pointer would do for a state.
// EXPECT-GCC: 'tenancy::v0::TenantContext::TenantContext\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given) {
  const tenancy::TenantContext copy{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantContext forged{nullptr, tenancy::Scope::admin};
#endif
}
