// A number of seconds or of milliseconds would pass for microseconds.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Timestamp::Timestamp\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::Timestamp'
#include "tenancy/core/timestamp.hpp"

void use(std::int64_t number) {
  const auto time = tenancy::Timestamp::from_microseconds(number);
#ifdef MUST_NOT_COMPILE
  const tenancy::Timestamp guessed{number};
#endif
}
