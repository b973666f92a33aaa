// Where a principal is wanted, a text does not slip in.
// EXPECT-GCC: invalid initialization of reference of type 'const tenancy::v0::Principal&' from expression of type 'const string'
// EXPECT-CLANG: no known conversion from 'const std::string'.*to 'const tenancy::Principal'
#include "tenancy/core/principal.hpp"

void record(const tenancy::Principal& who);

void use(const tenancy::Principal& who, const std::string& text) {
  record(who);
#ifdef MUST_NOT_COMPILE
  record(text);
#endif
}
