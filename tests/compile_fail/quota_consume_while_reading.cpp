// What is used is counted where the work is written.
// EXPECT-GCC: cannot bind non-const lvalue reference of type 'tenancy::v0::WriteTransaction&'|invalid initialization of reference of type 'tenancy::v0::WriteTransaction&'
// EXPECT-CLANG: non-const lvalue reference to type 'tenancy::WriteTransaction' cannot bind
#include "tenancy/quota/quota.hpp"

void use(const tenancy::Quota& quota, tenancy::ReadTransaction& reading) {
  static_cast<void>(quota.usage(reading));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(quota.consume(reading));
#endif
}
