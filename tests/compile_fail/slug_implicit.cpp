// Where a slug is wanted, a text does not slip in.
// EXPECT-GCC: invalid initialization of reference of type 'const tenancy::v0::Slug&' from expression of type 'const string'
// EXPECT-CLANG: no known conversion from 'const std::string'.*to 'const tenancy::Slug'
#include "tenancy/core/slug.hpp"

void find(const tenancy::Slug& slug);

void use(const tenancy::Slug& slug, const std::string& text) {
  find(slug);
#ifdef MUST_NOT_COMPILE
  find(text);
#endif
}
