// There is no impersonation of nobody.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::ImpersonationContext::ImpersonationContext\(\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::ImpersonationContext'
#include <utility>

#include "tenancy/core/impersonation_context.hpp"

void use(tenancy::ImpersonationContext given) {
  const tenancy::ImpersonationContext moved{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::ImpersonationContext forged;
#endif
}
