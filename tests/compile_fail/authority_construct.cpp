// An authority comes from opening a store and from nowhere else.
// EXPECT-GCC: 'tenancy::v0::Authority::Authority\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::Authority'
#include <utility>

#include "tenancy/registry/authority.hpp"

void use(tenancy::Authority given) {
  const tenancy::Authority moved{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::Authority forged{nullptr, 0};
#endif
}
