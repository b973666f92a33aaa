// Assignment copies as well.
// EXPECT-GCC: use of deleted function 'tenancy::v0::SecretBytes& tenancy::v0::SecretBytes::operator=\(const tenancy::v0::SecretBytes&\)'
// EXPECT-CLANG: overload resolution selected deleted operator '='
#include <utility>

#include "tenancy/core/secret_bytes.hpp"

void use(tenancy::SecretBytes a, tenancy::SecretBytes b) {
#ifdef MUST_NOT_COMPILE
  a = b;
#endif
  a = std::move(b);
}
