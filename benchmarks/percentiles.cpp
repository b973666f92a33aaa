#include "percentiles.hpp"

#include <algorithm>
#include <cmath>

namespace tenancy_bench {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Percentiles percentiles(std::vector<std::chrono::nanoseconds> latencies) {
  std::ranges::sort(latencies);
  const auto milliseconds_at = [&latencies](double share) {
    const double rank = std::ceil(share * static_cast<double>(latencies.size()));
    const std::size_t index = std::max<std::size_t>(static_cast<std::size_t>(rank), 1) - 1;
    return std::chrono::duration<double, std::milli>{latencies[index]}.count();
  };
  return {latencies.size(), milliseconds_at(0.5), milliseconds_at(0.99), milliseconds_at(0.999),
          milliseconds_at(1)};
}

}  // namespace tenancy_bench
