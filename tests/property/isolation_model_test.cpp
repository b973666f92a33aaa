// Random work of three tenants with the same keys and the same unique values, each answer compared
// with a model of that tenant alone, and all rows as the file holds them. What another tenant does
// must never show.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>

#include <doctest/doctest.h>

#include "property/dice.hpp"
#include "property/isolation/generator.hpp"
#include "property/isolation/replay.hpp"
#include "support/sanitized.hpp"
#include "support/test_store.hpp"

using namespace tenancy_test;
using namespace tenancy_test::isolation;

TEST_CASE("random work of three tenants agrees with a model of each alone") {
  const auto wanted = static_cast<std::size_t>(of_random_work(is_long_run()  ? 10'000'000
                                                              : is_sanitized ? 10'000
                                                                             : 200'000));
  // Each store lives for so many, so that a failure is found again in a moment.
  constexpr std::size_t episode = 5'000;
  std::uint64_t seed = seed_of_run();
  const auto began = std::chrono::steady_clock::now();
  std::size_t done = 0;
  for (; done < wanted; ++seed) {
    Dice dice{seed};
    const Sequence sequence = random_sequence(dice, episode);
    if (const auto difference = replay(sequence)) {
      // At once, in case that it does not come again.
      std::cout << "TENANCY_TEST_SEED=" << seed << " differs at " << difference->position << ":\n"
                << (difference->position < sequence.size()
                        ? describe(sequence[difference->position])
                        : "the end")
                << "\nlibrary: " << difference->observed << "\nmodel:   " << difference->model
                << "\nLooking for a short way there ..." << std::endl;
      const auto shrunk = shrink(sequence, *difference);
      REQUIRE_MESSAGE(shrunk.has_value(), "it does not differ when it is done again");
      FAIL("TENANCY_TEST_SEED=" << seed << " differs at the end of:\n"
                                << describe(shrunk->sequence)
                                << "library: " << shrunk->difference.observed
                                << "\nmodel:   " << shrunk->difference.model);
    }
    const std::size_t before = done;
    done += count_of(sequence);
    if (done / 1'000'000 != before / 1'000'000) {
      std::cout << done << " operations, no difference" << std::endl;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << done << " operations, " << static_cast<double>(done) / took.count()
            << " in a second\n";
}
