// A context has no setter: what the accessors give is a value.
// EXPECT-GCC: lvalue required as left operand of assignment
// EXPECT-CLANG: expression is not assignable
#include "tenancy/core/tenant_context.hpp"

void use(tenancy::TenantContext context) {
  context = context.narrowed_to(tenancy::Scope::read);
#ifdef MUST_NOT_COMPILE
  context.scope() = tenancy::Scope::admin;
#endif
}
