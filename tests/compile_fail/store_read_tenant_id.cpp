// A tenant's id opens no transaction.
// EXPECT-GCC: \(type 'tenancy::v0::TenantId'\) to type 'const tenancy::v0::TenantContext&'
// EXPECT-CLANG: no known conversion from 'tenancy::TenantId' to 'const tenancy::TenantContext'
#include "tenancy/storage/store.hpp"

tenancy::Result<void> unit(tenancy::ReadTransaction& transaction);

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(store.read(context, unit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(context.tenant(), unit));
#endif
}
