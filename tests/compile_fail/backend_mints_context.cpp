// What a backend is written with reads contexts and makes none.
// EXPECT-GCC: incomplete type 'tenancy::v0::detail::ContextMint' used in nested name specifier
// EXPECT-CLANG: incomplete type 'tenancy::detail::ContextMint' named in nested name specifier
#include "tenancy/storage/backend.hpp"

void use(const tenancy::TenantContext& given) {
  static_cast<void>(tenancy::backend::ContextReader::credential(given));
#ifdef MUST_NOT_COMPILE
  const auto forged =
      tenancy::detail::ContextMint::mint(tenancy::backend::Realm::create(), given.tenant(),
                                         given.principal(), given.epoch(), tenancy::Scope::admin);
#endif
}
