// A copy by accident would leave a secret where nobody looks for it.
// EXPECT-GCC: use of deleted function 'tenancy::v0::SecretBytes::SecretBytes\(const tenancy::v0::SecretBytes&\)'
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::SecretBytes'
#include <utility>

#include "tenancy/core/secret_bytes.hpp"

void use(tenancy::SecretBytes secret) {
  const tenancy::SecretBytes on_purpose = secret.clone();
#ifdef MUST_NOT_COMPILE
  const tenancy::SecretBytes by_accident{secret};
#endif
  const tenancy::SecretBytes moved{std::move(secret)};
}
