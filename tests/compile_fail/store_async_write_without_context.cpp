// Nor an asynchronous one.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Store::async_write
// EXPECT-CLANG: no matching member function for call to 'async_write'
#include "tenancy/storage/store.hpp"

tenancy::Result<int> unit(tenancy::WriteTransaction& transaction);
void completion(tenancy::AsyncResult<int> result);

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  store.async_write(context, unit, completion);
#ifdef MUST_NOT_COMPILE
  store.async_write(unit, completion);
#endif
}
