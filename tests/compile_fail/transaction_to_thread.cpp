// A transaction does not move to another thread.
// EXPECT-GCC: use of deleted function .*WriteTransaction|std::thread arguments must be invocable|private within this context
// EXPECT-CLANG: deleted|private|must be invocable|no matching constructor
#include <thread>
#include <utility>

#include "tenancy/storage/transaction.hpp"

void work(const tenancy::WriteTransaction& transaction);

void use(tenancy::WriteTransaction& transaction) {
  work(transaction);
#ifdef MUST_NOT_COMPILE
  std::thread{work, std::move(transaction)}.join();
#endif
}
