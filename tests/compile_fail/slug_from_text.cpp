// A slug ends up in host names, so no text is one before it was checked.
// EXPECT-GCC: 'tenancy::v0::Slug::Slug\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::Slug'
#include "tenancy/core/slug.hpp"

void use(const std::string& text) {
  const auto parsed = tenancy::Slug::parse(text);
#ifdef MUST_NOT_COMPILE
  const tenancy::Slug forged{text};
#endif
}
