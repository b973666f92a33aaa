// An error that is made and dropped was meant to be returned.
// EXPECT-GCC: ignoring returned value of type 'tenancy::v0::Error'.*unused-result
// EXPECT-CLANG: ignoring return value of function declared with 'nodiscard' attribute
// FLAGS: -Werror=unused-result
#include "tenancy/core/result.hpp"

tenancy::Error refuse();

tenancy::Result<void> use() {
#ifdef MUST_NOT_COMPILE
  refuse();
#endif
  return refuse();
}
