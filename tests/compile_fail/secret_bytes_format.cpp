// Formatting is printing.
// EXPECT: [Cc]annot format|not formattable|formattable
#include <fmt/ostream.h>

#include "tenancy/core/secret_bytes.hpp"

void use(const tenancy::SecretBytes& secret) {
  static_cast<void>(fmt::format("{}", secret.size()));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(fmt::format("{}", secret));
#endif
}
