#include "storage/sqlite/filter_switch.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "support/child_process.hpp"

using tenancy::detail::sqlite::bloom_filters;
using tenancy::detail::sqlite::knows_filter_switch;
using tenancy::detail::sqlite::stops_filters;
using tenancy_test::text_from_child;

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

TEST_CASE("a switch that cannot be tried for lack of memory is not known") {
  CHECK(text_from_child([]() -> std::string {
          sqlite3_initialize();
          constexpr sqlite3_int64 step = 500;
          constexpr sqlite3_int64 plenty = 4'000'000;
          int unknown = 0;
          for (sqlite3_int64 limit = sqlite3_memory_used() + step; limit < plenty; limit += step) {
            sqlite3_hard_heap_limit64(limit);
            if (knows_filter_switch(3'040'001)) {
              return unknown > 0 ? "unknown, then known" : "known";
            }
            ++unknown;
          }
          return "unknown";
        }) == "unknown, then known");
}
