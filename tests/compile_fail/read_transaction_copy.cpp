// A copy of a transaction would outlive it.
// EXPECT-GCC: use of deleted function 'tenancy::v0::ReadTransaction::ReadTransaction\(const tenancy::v0::ReadTransaction&\)'
// EXPECT-CLANG: call to (implicitly-)?deleted (copy )?constructor of 'tenancy::ReadTransaction'
#include "tenancy/storage/transaction.hpp"

void use(tenancy::ReadTransaction& transaction) {
  tenancy::ReadTransaction& same = transaction;
#ifdef MUST_NOT_COMPILE
  auto* const copy = new tenancy::ReadTransaction(transaction);
#endif
}
