// Who acts within somebody else's tenant says so: `context()` is asked for by name.
// EXPECT-GCC: invalid initialization of reference of type 'const tenancy::v0::TenantContext&' from expression of type 'const tenancy::v0::ImpersonationContext'
// EXPECT-CLANG: no matching function for call to 'read_rows'.*no known conversion from 'const tenancy::ImpersonationContext' to 'const tenancy::TenantContext'
#include "tenancy/core/impersonation_context.hpp"
#include "tenancy/core/tenant_context.hpp"

void read_rows(const tenancy::TenantContext& context);

void use(const tenancy::ImpersonationContext& impersonation) {
  read_rows(impersonation.context());
#ifdef MUST_NOT_COMPILE
  read_rows(impersonation);
#endif
}
