// Nothing that a backend is written with leads to one that is open already.
// EXPECT-GCC: incomplete type 'tenancy::v0::detail::StoreAccess' used in nested name specifier
// EXPECT-CLANG: incomplete type 'tenancy::detail::StoreAccess' named in nested name specifier
#include "tenancy/storage/backend.hpp"
#include "tenancy/storage/store.hpp"

void use(const tenancy::Store& store) {
  const tenancy::Store copy{store};
#ifdef MUST_NOT_COMPILE
  const auto backend = tenancy::detail::StoreAccess::backend(copy);
#endif
}
