// A transaction cannot be kept: nobody but the store makes or ends one.
// EXPECT-GCC: ReadTransaction::~ReadTransaction\(\)' is private|use of deleted function .*ReadTransaction|static assertion failed
// EXPECT-CLANG: '~ReadTransaction' is a private member of 'tenancy::ReadTransaction'
#include <optional>

#include "tenancy/storage/transaction.hpp"

struct Keeper {
  const tenancy::ReadTransaction* borrowed = nullptr;
#ifdef MUST_NOT_COMPILE
  std::optional<tenancy::ReadTransaction> kept;
#endif
};

Keeper keeper;
