// The bytes themselves are private.
// EXPECT-GCC: SecretBytes::bytes_' is private within this context
// EXPECT-CLANG: 'bytes_' is a private member of 'tenancy::SecretBytes'
#include "tenancy/core/secret_bytes.hpp"

std::size_t use(const tenancy::SecretBytes& secret) {
#ifdef MUST_NOT_COMPILE
  const auto& bytes = secret.bytes_;
#endif
  return secret.size();
}
