// A secret does not get into a log by being streamed.
// EXPECT-GCC: use of deleted function 'std::ostream& tenancy::v0::operator<<\(std::ostream&, const SecretBytes&\)'
// EXPECT-CLANG: overload resolution selected deleted operator '<<'
#include <ostream>

#include "tenancy/core/secret_bytes.hpp"

void use(std::ostream& out, const tenancy::SecretBytes& secret) {
  out << secret.size();
#ifdef MUST_NOT_COMPILE
  out << secret;
#endif
}
