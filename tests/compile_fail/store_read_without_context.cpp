// There is no transaction without a context.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Store::read\(.*candidate expects 2 arguments, 1 provided
// EXPECT-CLANG: no matching member function for call to 'read'.*requires 2 arguments, but 1 was provided
#include "tenancy/storage/store.hpp"

tenancy::Result<void> unit(tenancy::ReadTransaction& transaction);

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(store.read(context, unit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(unit));
#endif
}
