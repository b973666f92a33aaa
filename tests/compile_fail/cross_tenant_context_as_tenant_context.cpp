// The permission to visit all tenants in turn opens no rows by itself: which tenant would it be?
// EXPECT-GCC: invalid initialization of reference of type 'const tenancy::v0::TenantContext&' from expression of type 'const tenancy::v0::CrossTenantContext'
// EXPECT-CLANG: no matching function for call to 'read_rows'.*no known conversion from 'const tenancy::CrossTenantContext' to 'const tenancy::TenantContext'
#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/tenant_context.hpp"

void read_rows(const tenancy::TenantContext& context);
void visit_all(const tenancy::CrossTenantContext& crossing);

void use(const tenancy::TenantContext& context, const tenancy::CrossTenantContext& crossing) {
  read_rows(context);
  visit_all(crossing);
#ifdef MUST_NOT_COMPILE
  read_rows(crossing);
#endif
}
