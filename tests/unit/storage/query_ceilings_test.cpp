#include "storage/sqlite/query_ceilings.hpp"

#include <string>

#include <doctest/doctest.h>

using tenancy::detail::sqlite::exceeded_ceiling;

namespace {

std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

}  // namespace

TEST_CASE("a query holds so many of a kind and no more") {
  CHECK(exceeded_ceiling(times(50, "SELECT 1 UNION ") + times(50, "values (1) union ")).empty());
  CHECK(exceeded_ceiling(times(51, "SELECT 1 UNION ") + times(50, "values (1) union ")) ==
        "more than 100 SELECT and VALUES");
  CHECK(exceeded_ceiling(times(64, "a JOIN/**/b ")).empty());
  CHECK(exceeded_ceiling(times(65, "a JOIN/**/b ")) == "more than 64 joins");
  CHECK(exceeded_ceiling(times(60, "count() OVER w,") + times(4, "WINDOW w AS ()")).empty());
  CHECK(exceeded_ceiling(times(60, "count() OVER w,") + times(5, "WINDOW w AS ()")) ==
        "more than 64 windows");
}

TEST_CASE("what is quoted or commented on is counted as no keyword") {
  CHECK(exceeded_ceiling(times(200, "'SELECT' \"VALUES\" [JOIN] `OVER` /* WINDOW */ ")).empty());
}
