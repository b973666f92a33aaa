// Who acts stands in records: the context lends its principal as a constant.
// EXPECT-GCC: passing 'const tenancy::v0::Principal' as 'this' argument discards qualifiers
// EXPECT-CLANG: 'this' argument has type 'const tenancy::Principal', but method is not marked const
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& context, tenancy::Principal other) {
  other = context.principal();
#ifdef MUST_NOT_COMPILE
  context.principal() = other;
#endif
}
