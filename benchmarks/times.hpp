#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tenancy_bench {

/// Something to be timed: does its operation `times` times.
struct Timed {
  std::string name;
  std::function<void(std::size_t times)> operation;
  std::size_t batch;  ///< Operations per call.
  /// Follows each call and is not timed.
  std::function<void(std::size_t times)> take_back = {};
};

/// The median processor time of one operation in nanoseconds, by name. The repetitions of all of
/// them run in random order, so that a slow moment of the machine hits them alike.
std::map<std::string, double> median_times(const std::vector<Timed>& operations);

}  // namespace tenancy_bench
