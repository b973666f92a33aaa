#include "existence/two_samples.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>

namespace tenancy_bench {
namespace {

constexpr double kept_share = 0.9;

struct Moments {
  double count = 0;
  double mean = 0;
  double variance = 0;
};

Moments moments_of(const std::vector<double>& values, double at_most) {
  double count = 0;
  double mean = 0;
  double squares = 0;
  for (const double value : values) {
    if (value > at_most) {
      continue;
    }
    // Welford's way, which does not cancel out.
    ++count;
    const double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  return {count, mean, squares / (count - 1)};
}

double at_share(std::vector<double> values, double share) {
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

/// With the ranks of equal values shared, and the variance corrected for that.
double mann_whitney_z(const TwoSamples& samples) {
  std::vector<std::pair<double, bool>> all;
  all.reserve(samples.one.size() + samples.other.size());
  for (const double value : samples.one) {
    all.emplace_back(value, true);
  }
  for (const double value : samples.other) {
    all.emplace_back(value, false);
  }
  std::ranges::sort(all);
  double ranks_of_one = 0;
  double ties = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    double ones = 0;
    while (end < all.size() && all[end].first == all[begin].first) {
      ones += all[end].second ? 1 : 0;
      ++end;
    }
    const auto equal = static_cast<double>(end - begin);
    ranks_of_one += ones * (static_cast<double>(begin + end + 1) / 2);
    ties += equal * (equal * equal - 1);
    begin = end;
  }
  const auto n = static_cast<double>(samples.one.size());
  const auto m = static_cast<double>(samples.other.size());
  const double both = n + m;
  const double u = ranks_of_one - n * (n + 1) / 2;
  const double variance = n * m / 12 * (both + 1 - ties / (both * (both - 1)));
  return std::abs(u - n * m / 2) / std::sqrt(variance);
}

}  // namespace

TwoSamples interleave(std::size_t times, const std::function<void(Which, std::uint64_t)>& prepare,
                      const std::function<void()>& run) {
  using Steady = std::chrono::steady_clock;
  std::mt19937_64 random{std::random_device{}()};
  TwoSamples samples;
  samples.one.reserve(times);
  samples.other.reserve(times);
  // The first ones warm up what both use.
  const std::size_t warming = times / 20;
  for (std::size_t i = 0; i < times + warming; ++i) {
    const std::uint64_t drawn = random();
    const Which which = (drawn & 1U) != 0 ? Which::one : Which::other;
    prepare(which, drawn >> 1U);
    const auto began = Steady::now();
    run();
    const std::chrono::duration<double, std::nano> took = Steady::now() - began;
    if (i >= warming) {
      (which == Which::one ? samples.one : samples.other).push_back(took.count());
    }
  }
  return samples;
}

Distance distance_of(const TwoSamples& samples) {
  std::vector<double> all = samples.one;
  all.insert(all.end(), samples.other.begin(), samples.other.end());
  const double longest = at_share(all, kept_share);
  const Moments one = moments_of(samples.one, longest);
  const Moments other = moments_of(samples.other, longest);
  const double error = std::sqrt(one.variance / one.count + other.variance / other.count);
  const double difference = std::abs(one.mean - other.mean);
  return {at_share(all, 1.0 / 2), difference, decisive_t * error, difference / error,
          mann_whitney_z(samples)};
}

}  // namespace tenancy_bench
