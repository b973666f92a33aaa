#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

namespace tenancy_bench {

/// Two things that take turns, measured by the wall clock.
struct Turns {
  double first_per_second;   ///< The median of the rounds.
  double second_per_second;  ///< Likewise.
  double ratio;              ///< First over second, the median of the rounds' ratios.
};

/// Does something for that long and tells how often per second it was done.
using Round = std::function<double(std::chrono::duration<double> time)>;

/// Both sides in short rounds, now this one first and now that one.
Turns take_turns(const Round& first, const Round& second, double seconds_each);

}  // namespace tenancy_bench
