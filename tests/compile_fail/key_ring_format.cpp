// And for the keys of the application.
// EXPECT-GCC: Cannot format
// EXPECT-CLANG: Cannot format|fallback_formatter
#include <fmt/format.h>

#include "tenancy/core/key_ring.hpp"

void use(const tenancy::KeyRing& keys) {
  static_cast<void>(fmt::format("{}", keys.newest_version()));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(fmt::format("{}", keys));
#endif
}
