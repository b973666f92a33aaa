// A transaction stays the tenant's whose it was.
// EXPECT-GCC: passing 'const tenancy::v0::TenantContext' as 'this' argument discards qualifiers
// EXPECT-CLANG: no viable overloaded '='
#include "tenancy/storage/transaction.hpp"

bool use(tenancy::WriteTransaction& acme, const tenancy::TenantContext& umbra) {
#ifdef MUST_NOT_COMPILE
  acme.context() = umbra;
#endif
  return acme.context().tenant() == umbra.tenant();
}
