// A transaction is one tenant's.
// EXPECT: no matching (member )?function for call to|no matching function for call|could not convert|cannot convert
#include "tenancy/storage/store.hpp"

tenancy::Result<void> unit(tenancy::WriteTransaction& transaction);

void use(const tenancy::Store& store, const tenancy::TenantContext& acme,
         const tenancy::TenantContext& umbra) {
  static_cast<void>(store.write(acme, unit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.write(acme, umbra, unit));
#endif
  static_cast<void>(umbra);
}
