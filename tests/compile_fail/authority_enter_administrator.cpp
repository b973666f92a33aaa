// An authenticator turns credentials into contexts; entering any tenant is the authority's.
// EXPECT-GCC: 'const class tenancy::v0::Authenticator' has no member named 'enter'
// EXPECT-CLANG: no member named 'enter' in 'tenancy::Authenticator'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::Authenticator& authenticator,
         tenancy::TenantId id, const tenancy::Principal& who) {
  const auto entered = authority.enter(id, who);
#ifdef MUST_NOT_COMPILE
  const auto forged = authenticator.enter(id, who);
#endif
}
