// One record stands for one impersonation, so it is not copied.
// EXPECT-GCC: use of deleted function 'tenancy::v0::ImpersonationContext::ImpersonationContext\(const tenancy::v0::ImpersonationContext&\)'
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::ImpersonationContext'
#include <utility>

#include "tenancy/core/impersonation_context.hpp"

void use(tenancy::ImpersonationContext given) {
#ifdef MUST_NOT_COMPILE
  const tenancy::ImpersonationContext copy{given};
#endif
  const tenancy::ImpersonationContext moved{std::move(given)};
}
