// Assigning an authority would copy it.
// EXPECT-GCC: use of deleted function 'tenancy::v0::Authority& tenancy::v0::Authority::operator=\(const tenancy::v0::Authority&\)'
// EXPECT-CLANG: overload resolution selected deleted operator '='
#include <utility>

#include "tenancy/registry/authority.hpp"

void use(tenancy::Authority a, tenancy::Authority b) {
#ifdef MUST_NOT_COMPILE
  a = b;
#endif
  a = std::move(b);
}
