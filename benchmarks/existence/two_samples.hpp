#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace tenancy_bench {

/// What two things took, in nanoseconds, each time it was done.
struct TwoSamples {
  std::vector<double> one = {};
  std::vector<double> other = {};
};

/// Does one or the other, at random, so many times in all, and times each by itself: a slow moment
/// of the machine hits both alike. `prepare` puts in place what is asked for, the one or the other,
/// with a number drawn at random; `run`, which is timed, is the same for both and finds it there,
/// so that neither code nor memory tells them apart.
enum class Which { one, other };
TwoSamples interleave(std::size_t times, const std::function<void(Which, std::uint64_t)>& prepare,
                      const std::function<void()>& run);

/// How two samples differ.
struct Distance {
  double median_ns;      ///< Of both together.
  double difference_ns;  ///< Between the means.
  /// The difference that would have been told from none, for `decisive_t`.
  double detection_limit_ns;
  double welch_t;         ///< Welch's t, without its sign.
  double mann_whitney_z;  ///< The rank test's normal deviate, without its sign.
};

/// From here on a difference counts as found.
inline constexpr double decisive_t = 4.5;

/// What took longer than nine in ten of both together is left out of the means: interruptions by
/// the machine, which would hide a difference. The rank test takes all in.
/// Source: Reparaz, Balasch and Verbauwhede, Dude, is my code constant time?, 2017, for the
/// cropping and the threshold.
Distance distance_of(const TwoSamples& samples);

}  // namespace tenancy_bench
