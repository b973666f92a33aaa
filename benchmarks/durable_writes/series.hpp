#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "durable_writes/cell.hpp"
#include "percentiles.hpp"

namespace tenancy_bench {

/// The rounds of one side in one setting.
class Series {
 public:
  void add(Measured round) { rounds_.push_back(std::move(round)); }

  [[nodiscard]] const Measured& last() const { return rounds_.back(); }
  [[nodiscard]] double median_of(double Measured::*value) const;
  /// The median of the ratios round by round, since what disturbs a round disturbs both sides.
  [[nodiscard]] double throughput_against(const Series& other) const;
  /// Of all rounds together.
  [[nodiscard]] Percentiles latencies() const;
  [[nodiscard]] std::uint64_t refused() const;

 private:
  std::vector<Measured> rounds_;
};

}  // namespace tenancy_bench
