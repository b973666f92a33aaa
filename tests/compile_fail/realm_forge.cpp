// A realm tells opened stores apart; a realm of another's making is always another one.
// EXPECT-GCC: 'tenancy::v0::detail::Realm::Realm\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::detail::Realm'
#include "tenancy/core/detail/realm.hpp"

void use() {
  const auto realm = tenancy::detail::Realm::create();
#ifdef MUST_NOT_COMPILE
  const tenancy::detail::Realm forged{nullptr};
#endif
}
