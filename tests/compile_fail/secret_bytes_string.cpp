// A text is not made from a secret, however explicitly.
// EXPECT-GCC: no matching function for call to 'std::.*basic_string.*SecretBytes
// EXPECT-CLANG: no matching (constructor|conversion)
#include <string>

#include "tenancy/core/secret_bytes.hpp"

void use(const tenancy::SecretBytes& secret) {
  static_cast<void>(std::string{secret.unsafe_text()});
#ifdef MUST_NOT_COMPILE
  static_cast<void>(std::string(secret));
#endif
}
