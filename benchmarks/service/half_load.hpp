#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "percentiles.hpp"
#include "service/open_loop.hpp"

namespace tenancy_bench {

/// What a server does with requests that come at half of the rate that it can answer at most.
struct HalfLoad {
  double saturation_per_second;
  double per_second;
  Percentiles waits;  ///< From the moments that the requests were meant to be sent at.
};

/// Asks as fast as there are answers, `rounds` times, then as many times at half of the median
/// rate. All but the saturation are medians of the rounds.
HalfLoad measure_half_load(std::uint16_t port, std::size_t connections,
                           std::chrono::duration<double> time, int rounds, const NextRequest& next);

}  // namespace tenancy_bench
