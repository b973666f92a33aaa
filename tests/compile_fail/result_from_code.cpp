// A bare code is no result either.
// EXPECT-GCC: from 'tenancy::v0::errc' to 'tenancy::v0::Result<int>'
// EXPECT-CLANG: no viable conversion from returned value of type 'tenancy::errc' to function return type 'tenancy::Result<int>'
#include "tenancy/core/result.hpp"

tenancy::Result<int> use(bool good) {
  if (good) {
    return 1;
  }
#ifdef MUST_NOT_COMPILE
  return tenancy::errc::not_found;
#endif
  return tenancy::Error{tenancy::errc::not_found, "no such row"};
}
