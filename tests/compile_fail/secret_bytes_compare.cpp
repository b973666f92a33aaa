// The comparison that gives no time away has a name; `==` would be found by habit.
// EXPECT-GCC: no match for 'operator==' \(operand types are 'const tenancy::v0::SecretBytes' and 'const tenancy::v0::SecretBytes'\)
// EXPECT-CLANG: invalid operands to binary expression \('const tenancy::SecretBytes' and 'const tenancy::SecretBytes'\)
#include "tenancy/core/secret_bytes.hpp"

bool use(const tenancy::SecretBytes& a, const tenancy::SecretBytes& b) {
#ifdef MUST_NOT_COMPILE
  if (a == b) {
    return true;
  }
#endif
  return a.equals(b);
}
