// Its text is a secret.
// EXPECT-GCC: use of deleted function 'std::ostream& tenancy::v0::operator<<\(std::ostream&, const SecretBytes&\)'
// EXPECT-CLANG: overload resolution selected deleted operator '<<'
#include <ostream>

#include "tenancy/registry/api_key.hpp"

void use(std::ostream& out, const tenancy::IssuedApiKey& issued) {
  out << issued.key.id;
#ifdef MUST_NOT_COMPILE
  out << issued.text;
#endif
}
