// A unit borrows its transaction: one that takes it by value does not compile.
// EXPECT-GCC: no type named 'type' in 'struct std::invoke_result<.*, tenancy::v0::ReadTransaction&>'
// EXPECT-CLANG: no type named 'type' in 'std::invoke_result<.*, tenancy::ReadTransaction &>'
#include "tenancy/storage/store.hpp"

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(store.read(context, [](tenancy::ReadTransaction&) -> tenancy::Result<void> {
    return tenancy::success();
  }));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(context, [](tenancy::ReadTransaction) -> tenancy::Result<void> {
    return tenancy::success();
  }));
#endif
}
