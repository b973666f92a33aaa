// Wide streams show no more than others.
// EXPECT-GCC: no match for 'operator<<'
// EXPECT-CLANG: invalid operands to binary expression
#include <ostream>

#include "tenancy/core/secret_bytes.hpp"

void use(std::wostream& out, const tenancy::SecretBytes& secret) {
  out << secret.size();
#ifdef MUST_NOT_COMPILE
  out << secret;
#endif
}
