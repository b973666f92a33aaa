// A result is a value or an error, never nothing.
// EXPECT-GCC: use of deleted function '.*basic_result\(\) .with R = int
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::Result<int>'
#include "tenancy/core/result.hpp"

void use() {
  const tenancy::Result<int> good{1};
#ifdef MUST_NOT_COMPILE
  const tenancy::Result<int> neither;
#endif
}
