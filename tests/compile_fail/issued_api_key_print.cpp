// A key that was just made is shown on purpose, or not at all.
// EXPECT-GCC: no match for 'operator<<' in 'out << [a-z]+' .operand types are 'std::ostream'
// EXPECT-CLANG: invalid operands to binary expression \('std::ostream
#include <ostream>

#include "tenancy/registry/api_key.hpp"

void use(std::ostream& out, const tenancy::IssuedApiKey& issued) {
  out << issued.key.id;
#ifdef MUST_NOT_COMPILE
  out << issued;
#endif
}
