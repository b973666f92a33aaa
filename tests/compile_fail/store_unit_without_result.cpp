// A unit says whether it succeeded, or the transaction could not know whether to commit.
// EXPECT: a transaction's unit returns a tenancy::Result
#include "tenancy/storage/store.hpp"

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(
      store.write(context, [](tenancy::WriteTransaction&) -> tenancy::Result<int> { return 1; }));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.write(context, [](tenancy::WriteTransaction&) { return 1; }));
#endif
}
