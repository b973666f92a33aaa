// Crossing tenants writes to none of them.
// EXPECT-GCC: cannot convert 'crossing' .type 'const tenancy::v0::CrossTenantContext'. to type 'const tenancy::v0::TenantContext&'
// EXPECT-CLANG: no known conversion from 'const tenancy::CrossTenantContext' to 'const tenancy::TenantContext'
#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/storage/store.hpp"

tenancy::Result<void> unit(tenancy::WriteTransaction& transaction);

void use(const tenancy::Store& store, const tenancy::TenantContext& context,
         const tenancy::CrossTenantContext& crossing) {
  static_cast<void>(store.write(context, unit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.write(crossing, unit));
#endif
  static_cast<void>(crossing);
}
