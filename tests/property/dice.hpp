#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace tenancy_test {

/// Takes numbers from one seed, so that a failure can be run again.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  int below(int bound) { return std::uniform_int_distribution{0, bound - 1}(engine_); }
  bool one_in(int bound) { return below(bound) == 0; }
  template <class Value>
  const Value& of(const std::vector<Value>& values) {
    return values[static_cast<std::size_t>(below(static_cast<int>(values.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

/// The seed of this run: a new one, or that of `TENANCY_TEST_SEED`. It is printed.
inline std::uint64_t seed_of_run() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::cout << "TENANCY_TEST_SEED=" << seed << '\n';
  return seed;
}

inline bool is_long_run() { return std::getenv("TENANCY_TEST_LONG") != nullptr; }

}  // namespace tenancy_test
