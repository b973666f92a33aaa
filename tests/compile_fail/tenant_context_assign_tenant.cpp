// The tenant of a context is no place to write another tenant to.
// EXPECT-GCC: TenantContext::state_' is private within this context
// EXPECT-CLANG: 'state_' is a private member of 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

void use(tenancy::TenantContext context, tenancy::TenantId other) {
  context = context.narrowed_to(tenancy::Scope::read);
  other = context.tenant();
#ifdef MUST_NOT_COMPILE
  context.state_->tenant = other;
#endif
}
