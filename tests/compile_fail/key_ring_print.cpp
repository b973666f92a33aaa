// The keys of the application are not printed.
// EXPECT-GCC: no match for 'operator<<' in 'out << [a-z]+' .operand types are 'std::ostream'
// EXPECT-CLANG: invalid operands to binary expression \('std::ostream
#include <ostream>

#include "tenancy/core/key_ring.hpp"

void use(std::ostream& out, const tenancy::KeyRing& keys) {
  out << keys.newest_version();
#ifdef MUST_NOT_COMPILE
  out << keys;
#endif
}
