// A transaction that moved away could be kept beyond its end.
// EXPECT-GCC: use of deleted function 'tenancy::v0::WriteTransaction::WriteTransaction\(const tenancy::v0::WriteTransaction&\)'
// EXPECT-CLANG: call to (implicitly-)?deleted (copy )?constructor of 'tenancy::WriteTransaction'
#include <utility>

#include "tenancy/storage/transaction.hpp"

void use(tenancy::WriteTransaction& transaction) {
  tenancy::WriteTransaction& same = transaction;
#ifdef MUST_NOT_COMPILE
  auto* const moved = new tenancy::WriteTransaction(std::move(transaction));
#endif
}
