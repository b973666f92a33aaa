// Nor put at the end of one.
// EXPECT-GCC: no match for 'operator\+='
// EXPECT-CLANG: no viable overloaded '\+='
#include <string>

#include "tenancy/core/secret_bytes.hpp"

void use(std::string& line, const tenancy::SecretBytes& secret) {
  line += std::to_string(secret.size());
#ifdef MUST_NOT_COMPILE
  line += secret;
#endif
}
