// A principal stands in records, so no text is one before it was checked.
// EXPECT-GCC: 'tenancy::v0::Principal::Principal\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::Principal'
#include "tenancy/core/principal.hpp"

void use(const std::string& id) {
  const auto created = tenancy::Principal::create(tenancy::PrincipalKind::user, id);
#ifdef MUST_NOT_COMPILE
  const tenancy::Principal forged{tenancy::PrincipalKind::user, id};
#endif
}
