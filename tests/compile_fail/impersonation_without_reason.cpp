// Nobody acts within a tenant from outside without saying why.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Authority::impersonate
// EXPECT-CLANG: too few arguments|no matching member function for call to 'impersonate'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::Principal& who,
         tenancy::TenantId tenant, const tenancy::CrossingReason& why) {
  static_cast<void>(authority.impersonate(tenant, who, why));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(authority.impersonate(tenant, who));
#endif
  static_cast<void>(tenant);
}
