// A result does not turn into its value without being asked.
// EXPECT-GCC: cannot convert 'tenancy::v0::Result<int>'.* to 'const int'
// EXPECT-CLANG: no viable conversion from 'const tenancy::Result<int>'.*to 'const int'
#include "tenancy/core/result.hpp"

int use(const tenancy::Result<int>& result) {
#ifdef MUST_NOT_COMPILE
  const int value = result;
#endif
  return result.value();
}
