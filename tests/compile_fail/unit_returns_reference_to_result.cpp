// A unit returns its outcome by value.
// EXPECT: a transaction's unit returns a tenancy::Result
#include "tenancy/storage/store.hpp"

tenancy::Result<int>& kept();

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(store.read(
      context, [](tenancy::ReadTransaction&) -> tenancy::Result<int> { return kept(); }));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(
      context, [](tenancy::ReadTransaction&) -> tenancy::Result<int>& { return kept(); }));
#endif
}
