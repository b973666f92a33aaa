// The session beneath a transaction runs any statement, so a transaction does not show it.
// EXPECT-GCC: ReadTransaction::session_' is private within this context
// EXPECT-CLANG: 'session_' is a private member of 'tenancy::ReadTransaction'
#include "tenancy/storage/transaction.hpp"

void use(tenancy::ReadTransaction& transaction) {
  const tenancy::TenantContext& context = transaction.context();
#ifdef MUST_NOT_COMPILE
  tenancy::detail::Session& session = transaction.session_;
#endif
}
