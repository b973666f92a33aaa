// The constructor that takes the keys is private, or a null pointer would do for them.
// EXPECT-GCC: 'tenancy::v0::KeyRing::KeyRing\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::KeyRing'
#include "tenancy/core/key_ring.hpp"

void use() {
  const tenancy::KeyRing ring = tenancy::KeyRing::ephemeral();
#ifdef MUST_NOT_COMPILE
  const tenancy::KeyRing forged{nullptr};
#endif
}
