// A secret is not walked through like a list.
// EXPECT-GCC: 'begin' was not declared in this scope
// EXPECT-CLANG: invalid range expression of type 'const tenancy::SecretBytes'; no viable 'begin' function available
#include "tenancy/core/secret_bytes.hpp"

std::size_t use(const tenancy::SecretBytes& secret) {
  std::size_t size = 0;
  for (const std::byte byte : secret.unsafe_bytes()) {
    size += std::to_integer<std::size_t>(byte);
  }
#ifdef MUST_NOT_COMPILE
  for (const std::byte byte : secret) {
    size += std::to_integer<std::size_t>(byte);
  }
#endif
  return size;
}
