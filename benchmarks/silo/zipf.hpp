#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tenancy_bench {

/// Draws numbers below `size`, the small ones most often: number k in proportion to 1 / (k + 1).
///
/// Source: G. K. Zipf, Human Behavior and the Principle of Least Effort, 1949, with exponent 1.
/// Thread safety: immutable; each thread has a state of its own.
class Zipf {
 public:
  explicit Zipf(std::size_t size);

  /// Advances the state.
  [[nodiscard]] std::size_t draw(std::uint64_t& state) const noexcept;

 private:
  std::vector<double> sums_;  ///< Of the shares up to each number.
};

}  // namespace tenancy_bench
