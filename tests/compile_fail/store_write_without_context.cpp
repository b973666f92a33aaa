// There is no transaction without somebody's context.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Store::write
// EXPECT-CLANG: no matching member function for call to 'write'
#include "tenancy/storage/store.hpp"

tenancy::Result<void> unit(tenancy::WriteTransaction& transaction);

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(store.write(context, unit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.write(unit));
#endif
}
