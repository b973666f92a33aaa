#include "tenancy/core/clock.hpp"

namespace tenancy::inline v0 {

Timestamp SystemClock::now() const noexcept {
  return Timestamp{std::chrono::floor<Timestamp::Duration>(std::chrono::system_clock::now())};
}

}  // namespace tenancy::inline v0
