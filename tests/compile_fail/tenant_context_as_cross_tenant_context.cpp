// A tenant's permission reaches no other tenant, whatever its scope.
// EXPECT-GCC: invalid initialization of reference of type 'const tenancy::v0::CrossTenantContext&' from expression of type 'const tenancy::v0::TenantContext'
// EXPECT-CLANG: no matching function for call to 'visit_all'.*no known conversion from 'const tenancy::TenantContext' to 'const tenancy::CrossTenantContext'
#include "tenancy/core/tenant_context.hpp"

#include "tenancy/core/cross_tenant_context.hpp"

void read_rows(const tenancy::TenantContext& context);
void visit_all(const tenancy::CrossTenantContext& crossing);

void use(const tenancy::TenantContext& context, const tenancy::CrossTenantContext& crossing) {
  read_rows(context);
  visit_all(crossing);
#ifdef MUST_NOT_COMPILE
  visit_all(context);
#endif
}
