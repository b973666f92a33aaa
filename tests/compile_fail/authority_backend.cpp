// The backend, which knows no tenants, is not to be had from an authority.
// EXPECT-GCC: Authority::backend\(\) const' is private within this context
// EXPECT-CLANG: 'backend' is a private member of 'tenancy::Authority'
#include "tenancy/registry/authority.hpp"

void use(const tenancy::Authority& authority) {
  const tenancy::Store store = authority.store();
#ifdef MUST_NOT_COMPILE
  const auto& backend = authority.backend();
#endif
}
