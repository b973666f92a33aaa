#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace tenancy_test {

/// What the random choices of a test come from: printed, and given by `TENANCY_TEST_SEED` to run
/// one again.
inline std::uint64_t announced_seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::cout << "TENANCY_TEST_SEED=" << seed << std::endl;
  return seed;
}

/// Whether there is time for everything.
inline bool is_long_run() { return std::getenv("TENANCY_TEST_LONG") != nullptr; }

inline int below(std::mt19937_64& random, int bound) {
  return std::uniform_int_distribution{0, bound - 1}(random);
}

/// The number of one of so many, from 1.
inline std::uint64_t one_of(std::mt19937_64& random, std::uint64_t count) {
  return std::uniform_int_distribution<std::uint64_t>{1, count}(random);
}

}  // namespace tenancy_test
