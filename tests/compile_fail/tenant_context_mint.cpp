// The mint that makes contexts is not installed: outside of the library its class is a name without
// a body.
// EXPECT-GCC: incomplete type 'tenancy::v0::detail::ContextMint' used in nested name specifier
// EXPECT-CLANG: incomplete type 'tenancy::detail::ContextMint' named in nested name specifier
#include "tenancy/core/tenant_context.hpp"

void use(const tenancy::TenantContext& given) {
  const tenancy::detail::ContextMint* mint = nullptr;
#ifdef MUST_NOT_COMPILE
  const auto forged =
      tenancy::detail::ContextMint::mint(tenancy::detail::Realm::create(), given.tenant(),
                                         given.principal(), given.epoch(), tenancy::Scope::admin);
#endif
}
