// What stands behind a store knows no tenants and is not to be had from it.
// EXPECT-GCC: Store::backend_' is private within this context
// EXPECT-CLANG: 'backend_' is a private member of 'tenancy::Store'
#include "tenancy/storage/store.hpp"

void use(const tenancy::Store& given) {
  const tenancy::Store copy{given};
#ifdef MUST_NOT_COMPILE
  const auto& backend = given.backend_;
#endif
}
