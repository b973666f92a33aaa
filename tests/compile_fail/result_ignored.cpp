// A failure that nobody looks at is a failure that went unnoticed.
// EXPECT-GCC: ignoring returned value of type 'tenancy::v0::Result<void>'.*unused-result
// EXPECT-CLANG: ignoring return value of function declared with 'nodiscard' attribute
// FLAGS: -Werror=unused-result
#include "tenancy/core/result.hpp"

tenancy::Result<void> erase();

tenancy::Result<void> use() {
#ifdef MUST_NOT_COMPILE
  erase();
#endif
  return erase();
}
