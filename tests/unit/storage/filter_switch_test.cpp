#include "storage/sqlite/filter_switch.hpp"

#include <array>

#include <doctest/doctest.h>

using tenancy::detail::sqlite::bloom_filters;
using tenancy::detail::sqlite::knows_filter_switch;
using tenancy::detail::sqlite::stops_filters;

TEST_CASE("the switch of the filters is tried") {
  CHECK(stops_filters(bloom_filters));
  CHECK_FALSE(stops_filters(0));
  CHECK_FALSE(stops_filters(bloom_filters << 1U));
  CHECK_FALSE(stops_filters(bloom_filters >> 1U));
}

TEST_CASE("the switch is known in the versions that were looked at, and in no other") {
  CHECK(knows_filter_switch(3'040'001));
  constexpr std::array others{0, 3'038'000, 3'040'000, 3'040'002, 3'041'000, 3'053'000};
  for (const int version : others) {
    CHECK_FALSE(knows_filter_switch(version));
  }
}
