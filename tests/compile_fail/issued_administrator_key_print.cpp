// An administrator's even less.
// EXPECT-GCC: no match for 'operator<<' in 'out << [a-z]+' .operand types are 'std::ostream'
// EXPECT-CLANG: invalid operands to binary expression \('std::ostream
#include <ostream>

#include "tenancy/registry/api_key.hpp"

void use(std::ostream& out, const tenancy::IssuedAdministratorKey& issued) {
  out << issued.id;
#ifdef MUST_NOT_COMPILE
  out << issued;
#endif
}
