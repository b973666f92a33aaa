// Formatting is printing.
// EXPECT-GCC: Cannot format
// EXPECT-CLANG: Cannot format|fallback_formatter
#include <fmt/ostream.h>

#include "tenancy/core/secret_bytes.hpp"

void use(const tenancy::SecretBytes& secret) {
  static_cast<void>(fmt::format("{}", secret.size()));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(fmt::format("{}", secret));
#endif
}
