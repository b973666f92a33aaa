// Nobody crosses tenants without a reason.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Authority::cross_tenants\(const tenancy::v0::Principal&\) const'|too few arguments|invalid initialization
// EXPECT-CLANG: too few arguments to function call|no matching member function
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::Principal& who,
         const tenancy::CrossingReason& why) {
  static_cast<void>(authority.cross_tenants(who, why));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(authority.cross_tenants(who));
#endif
}
