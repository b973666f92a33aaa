#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <stdexcept>
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

/// The index-th of so many equal parts of a long run.
struct Part {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};

/// The part that `TENANCY_TEST_PART` asks for, as in `3/64`: its places are all tried.
inline std::optional<Part> part_of_run() {
  const char* const given = std::getenv("TENANCY_TEST_PART");
  if (given == nullptr) {
    return std::nullopt;
  }
  const std::string text = given;
  const std::size_t slash = text.find('/');
  const Part part{std::stoull(text), std::stoull(text.substr(slash + 1))};
  if (part.index >= part.count) {
    throw std::invalid_argument{"TENANCY_TEST_PART is INDEX/COUNT, from 0"};
  }
  return part;
}

inline int below(std::mt19937_64& random, int bound) {
  return std::uniform_int_distribution{0, bound - 1}(random);
}

/// The number of one of so many, from 1.
inline std::uint64_t one_of(std::mt19937_64& random, std::uint64_t count) {
  return std::uniform_int_distribution<std::uint64_t>{1, count}(random);
}

}  // namespace tenancy_test
