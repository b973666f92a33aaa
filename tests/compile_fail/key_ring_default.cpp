// A ring without keys would make hashes that anybody can make.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::KeyRing::KeyRing\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::KeyRing'
#include "tenancy/core/key_ring.hpp"

void use() {
  const tenancy::KeyRing ring = tenancy::KeyRing::ephemeral();
#ifdef MUST_NOT_COMPILE
  const tenancy::KeyRing none;
#endif
}
