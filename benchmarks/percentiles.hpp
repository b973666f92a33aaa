#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace tenancy_bench {

/// The middle one; the mean of the two in the middle when there are two. Nothing is an error.
double median(std::vector<double> values);

/// What part of a sample waited no longer than that.
struct Percentiles {
  std::size_t samples;
  double p50_ms;
  double p99_ms;
  double p999_ms;
  double max_ms;
};

/// By nearest rank. There is at least one latency.
Percentiles percentiles(std::vector<std::chrono::nanoseconds> latencies);

}  // namespace tenancy_bench
