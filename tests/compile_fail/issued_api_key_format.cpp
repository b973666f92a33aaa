// So it is for a key that was just made.
// EXPECT-GCC: Cannot format
// EXPECT-CLANG: Cannot format|fallback_formatter
#include <fmt/format.h>

#include "tenancy/registry/api_key.hpp"

void use(const tenancy::IssuedApiKey& issued) {
  static_cast<void>(fmt::format("{}", issued.key.id));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(fmt::format("{}", issued));
#endif
}
