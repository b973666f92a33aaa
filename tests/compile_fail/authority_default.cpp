// There is no authority over nothing.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Authority::Authority\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::Authority'
#include <utility>

#include "tenancy/registry/authority.hpp"

void use(tenancy::Authority given) {
  const tenancy::Authority moved{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::Authority forged;
#endif
}
