// A copy of a clock would stand still while the original moves.
// EXPECT-GCC: use of deleted function 'tenancy::v0::ManualClock::ManualClock\(const tenancy::v0::ManualClock&\)'
// EXPECT-CLANG: call to implicitly-deleted copy constructor of 'const tenancy::ManualClock'
#include "tenancy/core/clock.hpp"

void use(const tenancy::ManualClock& clock) {
  const tenancy::Timestamp now = clock.now();
#ifdef MUST_NOT_COMPILE
  const tenancy::ManualClock copy{clock};
#endif
}
