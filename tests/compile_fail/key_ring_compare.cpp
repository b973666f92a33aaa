// Two rings are compared by what they make, not by their keys.
// EXPECT-GCC: no match for 'operator=='
// EXPECT-CLANG: invalid operands to binary expression
#include "tenancy/core/key_ring.hpp"

void use(const tenancy::KeyRing& one, const tenancy::KeyRing& other) {
  static_cast<void>(one.newest_version() == other.newest_version());
#ifdef MUST_NOT_COMPILE
  static_cast<void>(one == other);
#endif
}
