// A derived transaction would come with a session of its own.
// EXPECT-GCC: 'tenancy::v0::ReadTransaction::ReadTransaction\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::ReadTransaction'
#include "tenancy/storage/transaction.hpp"

class Forged : public tenancy::ReadTransaction {
#ifdef MUST_NOT_COMPILE
 public:
  explicit Forged(tenancy::detail::Session& session) : tenancy::ReadTransaction{session} {}
#endif
};
