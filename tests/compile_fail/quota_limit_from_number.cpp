// A number that nobody checked is no limit: it could be negative.
// EXPECT-GCC: 'constexpr tenancy::v0::QuotaLimit::QuotaLimit\(int64_t\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::QuotaLimit'
#include "tenancy/quota/quota_limit.hpp"

void use() {
  static_cast<void>(tenancy::QuotaLimit::at_most(5));
#ifdef MUST_NOT_COMPILE
  const tenancy::QuotaLimit limit{5};
#endif
}
