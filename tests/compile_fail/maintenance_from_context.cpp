// The whole store is not maintained with a tenant's context.
// EXPECT-GCC: cannot convert 'const tenancy::v0::TenantContext' to 'const tenancy::v0::CrossTenantContext&'|no matching function for call to 'tenancy::v0::Authority::maintenance
// EXPECT-CLANG: no viable conversion|no matching member function for call to 'maintenance'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::TenantContext& context,
         const tenancy::CrossTenantContext& crossing) {
  static_cast<void>(authority.maintenance(crossing));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(authority.maintenance(context));
#endif
}
