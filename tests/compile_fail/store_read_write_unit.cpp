// A read gives its unit no transaction that writes.
// EXPECT-GCC: no type named 'type' in 'struct std::invoke_result<.*, tenancy::v0::ReadTransaction&>'
// EXPECT-CLANG: no type named 'type' in 'std::invoke_result<.*, tenancy::ReadTransaction &>'
#include "tenancy/storage/store.hpp"

tenancy::Result<void> change(tenancy::WriteTransaction& transaction);

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(store.write(context, change));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(context, change));
#endif
}
