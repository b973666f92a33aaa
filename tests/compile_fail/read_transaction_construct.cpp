// A transaction is made by the store, for a context that it has checked.
// EXPECT-GCC: 'tenancy::v0::ReadTransaction::ReadTransaction\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::ReadTransaction'
#include "tenancy/storage/transaction.hpp"

void use(tenancy::ReadTransaction& transaction, tenancy::detail::Session& session) {
  const tenancy::TenantContext& context = transaction.context();
#ifdef MUST_NOT_COMPILE
  auto* const forged = new tenancy::ReadTransaction{session};
#endif
}
