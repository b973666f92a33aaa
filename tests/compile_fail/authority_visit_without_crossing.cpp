// All tenants are visited against a recorded reason, not against one tenant's context.
// EXPECT-GCC: cannot convert 'const tenancy::v0::TenantContext' to 'const tenancy::v0::CrossTenantContext&'
// EXPECT-CLANG: no viable conversion from 'const tenancy::TenantContext' to 'const tenancy::CrossTenantContext'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority, const tenancy::TenantContext& context,
         const tenancy::CrossTenantContext& crossing) {
  const auto visit = [](const tenancy::TenantContext&) -> tenancy::Result<void> {
    return tenancy::success();
  };
  static_cast<void>(authority.for_each_tenant(crossing, visit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(authority.for_each_tenant(context, visit));
#endif
}
