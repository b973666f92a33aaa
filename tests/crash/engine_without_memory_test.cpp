// What is asked of the engine itself, when it has no memory.

#include <cstdint>

#include <doctest/doctest.h>

#include "storage/sqlite/filter_switch.hpp"
#include "support/failing_memory.hpp"

using tenancy::detail::sqlite::bloom_filters;
using tenancy::detail::sqlite::stops_filters;
using tenancy_test::FailingMemory;

namespace {

// Before anything uses SQLite.
const bool is_installed = (FailingMemory::install(), true);

}  // namespace

TEST_CASE(
    "without memory: a switch of the planner that cannot be asked for is not said to be known") {
  REQUIRE(is_installed);
  // The first time the engine also sets itself up.
  const bool is_known = stops_filters(bloom_filters);
  FailingMemory::arm(0);
  CHECK(stops_filters(bloom_filters) == is_known);
  const auto allocations = FailingMemory::disarm();
  REQUIRE(allocations > 0);
  for (std::uint64_t nth = 1; nth <= allocations; ++nth) {
    FailingMemory::arm(nth, true);
    const bool is_said_to_be = stops_filters(bloom_filters);
    REQUIRE(FailingMemory::disarm() >= nth);
    CHECK_FALSE(is_said_to_be);
  }
  CHECK(stops_filters(bloom_filters) == is_known);
}
