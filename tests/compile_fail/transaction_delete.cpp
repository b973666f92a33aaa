// A unit does not end its transaction early.
// EXPECT-GCC: 'tenancy::v0::WriteTransaction::~WriteTransaction\(\)' is private within this context
// EXPECT-CLANG: calling a private destructor of class 'tenancy::WriteTransaction'
#include "tenancy/storage/transaction.hpp"

void use(tenancy::WriteTransaction& transaction) {
  tenancy::WriteTransaction* const same = &transaction;
#ifdef MUST_NOT_COMPILE
  delete same;
#endif
}
