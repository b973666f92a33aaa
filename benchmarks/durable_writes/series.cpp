#include "durable_writes/series.hpp"

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

double Series::median_of(double Measured::*value) const {
  std::vector<double> values;
  for (const Measured& round : rounds_) {
    values.push_back(round.*value);
  }
  return median(std::move(values));
}

double Series::throughput_against(const Series& other) const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rounds_.size(); ++i) {
    ratios.push_back(rounds_[i].transactions_per_second / other.rounds_[i].transactions_per_second);
  }
  return median(std::move(ratios));
}

Percentiles Series::latencies() const {
  std::vector<std::chrono::nanoseconds> all;
  for (const Measured& round : rounds_) {
    all.insert(all.end(), round.latencies.begin(), round.latencies.end());
  }
  return percentiles(std::move(all));
}

std::uint64_t Series::refused() const {
  std::uint64_t refused = 0;
  for (const Measured& round : rounds_) {
    refused += round.refused;
  }
  return refused;
}

}  // namespace tenancy_bench
