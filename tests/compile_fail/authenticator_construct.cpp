// An authenticator is handed out by the authority of its store.
// EXPECT-GCC: 'tenancy::v0::Authenticator::Authenticator\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::Authenticator'
#include "tenancy/registry/authenticator.hpp"

void use(const tenancy::Authenticator& given) {
  const tenancy::Authenticator copy{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::Authenticator forged{nullptr};
#endif
}
