// A key that was just made is not left in copies.
// EXPECT-GCC: use of deleted function 'tenancy::v0::IssuedApiKey::IssuedApiKey\(const tenancy::v0::IssuedApiKey&\)'
// EXPECT-CLANG: call to implicitly-deleted copy constructor of 'const tenancy::IssuedApiKey'
#include "tenancy/registry/api_key.hpp"

void use(tenancy::IssuedApiKey issued) {
  const tenancy::IssuedApiKey& same = issued;
  static_cast<void>(same);
#ifdef MUST_NOT_COMPILE
  const tenancy::IssuedApiKey copy = issued;
#endif
}
