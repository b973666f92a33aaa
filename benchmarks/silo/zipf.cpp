#include "silo/zipf.hpp"

#include <algorithm>

namespace tenancy_bench {

Zipf::Zipf(std::size_t size) {
  sums_.reserve(size);
  double sum = 0;
  for (std::size_t number = 0; number < size; ++number) {
    sum += 1.0 / static_cast<double>(number + 1);
    sums_.push_back(sum);
  }
}

std::size_t Zipf::draw(std::uint64_t& state) const noexcept {
  // Marsaglia's xorshift64.
  state ^= state << 13U;
  state ^= state >> 7U;
  state ^= state << 17U;
  const double share = static_cast<double>(state >> 11U) / 9007199254740992.0 * sums_.back();
  const auto found = std::ranges::upper_bound(sums_, share);
  return std::min(static_cast<std::size_t>(found - sums_.begin()), sums_.size() - 1);
}

}  // namespace tenancy_bench
