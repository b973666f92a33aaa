// There is no impersonation without a record of who and why.
// EXPECT-GCC: 'tenancy::v0::ImpersonationContext::ImpersonationContext\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::ImpersonationContext'
#include <utility>

#include "tenancy/core/impersonation_context.hpp"

void use(tenancy::ImpersonationContext given) {
  const tenancy::ImpersonationContext moved{std::move(given)};
#ifdef MUST_NOT_COMPILE
  const tenancy::ImpersonationContext forged{nullptr};
#endif
}
