// A reason is checked before it is one; a text is none.
// EXPECT-GCC: (invalid initialization of reference|cannot convert|could not convert|no matching function).*CrossingReason|no matching function for call to 'tenancy::v0::Authority::cross_tenants
// EXPECT-CLANG: reference to type 'const tenancy::CrossingReason' could not bind to an lvalue of type 'const char
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::Principal& who,
         tenancy::TenantId tenant, const tenancy::CrossingReason& why) {
  static_cast<void>(authority.cross_tenants(who, why));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(authority.cross_tenants(who, "because I can"));
#endif
  static_cast<void>(tenant);
}
