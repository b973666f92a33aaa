// A transaction is made by the store, for a context that it has checked.
// EXPECT-GCC: 'tenancy::v0::WriteTransaction::WriteTransaction\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::WriteTransaction'
#include "tenancy/storage/transaction.hpp"

void use(tenancy::WriteTransaction& transaction, tenancy::detail::Session& session) {
  const tenancy::TenantContext& context = transaction.context();
#ifdef MUST_NOT_COMPILE
  auto* const forged = new tenancy::WriteTransaction{session};
#endif
}
