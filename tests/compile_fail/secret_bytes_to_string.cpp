// A secret is no number to be written as text.
// EXPECT-GCC: no matching function for call to 'to_string\(const tenancy::v0::SecretBytes&\)'
// EXPECT-CLANG: no matching function for call to 'to_string'
#include <string>

#include "tenancy/core/secret_bytes.hpp"

void use(const tenancy::SecretBytes& secret) {
  static_cast<void>(std::to_string(secret.size()));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(std::to_string(secret));
#endif
}
