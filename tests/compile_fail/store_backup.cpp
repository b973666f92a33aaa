// A copy of everything holds all tenants: it is the authority's to make.
// EXPECT-GCC: has no member named 'backup'
// EXPECT-CLANG: no member named 'backup' in 'tenancy::Store'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority) {
  const tenancy::Store store = authority.store();
  static_cast<void>(authority.backup("copy.db"));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.backup("copy.db"));
#endif
}
