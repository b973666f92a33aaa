// The root of all power is handed on, not multiplied.
// EXPECT-GCC: use of deleted function 'tenancy::v0::Authority::Authority\(const tenancy::v0::Authority&\)'
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::Authority'
#include <utility>

#include "tenancy/registry/authority.hpp"

void use(tenancy::Authority given) {
#ifdef MUST_NOT_COMPILE
  const tenancy::Authority copy{given};
#endif
  const tenancy::Authority moved{std::move(given)};
}
