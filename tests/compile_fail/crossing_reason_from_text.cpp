// A reason is checked before it is one; a text is none.
// EXPECT-GCC: (invalid initialization of reference|cannot convert|could not convert|no matching function).*CrossingReason|no matching function for call to 'tenancy::v0::Authority::cross_tenants
// EXPECT-CLANG: no (viable|known) conversion from 'const char.*CrossingReason|no matching member function for call to 'cross_tenants'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::Principal& who,
         tenancy::TenantId tenant, const tenancy::CrossingReason& why) {
  static_cast<void>(authority.cross_tenants(who, why));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(authority.cross_tenants(who, "because I can"));
#endif
  static_cast<void>(tenant);
}
