// A store is handed out by the authority that opened it.
// EXPECT-GCC: 'tenancy::v0::Store::Store\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::Store'
#include "tenancy/storage/store.hpp"

void use(const tenancy::Store& given) {
  const tenancy::Store copy{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::Store forged{nullptr};
#endif
}
