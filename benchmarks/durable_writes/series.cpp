#include "durable_writes/series.hpp"

#include <utility>

namespace tenancy_bench {

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
