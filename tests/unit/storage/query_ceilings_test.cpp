#include "storage/sqlite/query_ceilings.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using tenancy::detail::sql_tokens;
using tenancy::detail::sqlite::exceeded_ceiling;

namespace {

std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

std::string_view exceeded(const std::string& sql) { return exceeded_ceiling(sql_tokens(sql)); }

}  // namespace

TEST_CASE("a query holds so many of a kind and no more") {
  CHECK(exceeded(times(50, "SELECT 1 UNION ") + times(50, "values (1) union ")).empty());
  CHECK(exceeded(times(51, "SELECT 1 UNION ") + times(50, "values (1) union ")) ==
        "more than 100 SELECT and VALUES");
  CHECK(exceeded(times(64, "a JOIN/**/b ")).empty());
  CHECK(exceeded(times(65, "a JOIN/**/b ")) == "more than 64 joins");
  CHECK(exceeded(times(60, "count() OVER w,") + times(4, "WINDOW w AS ()")).empty());
  CHECK(exceeded(times(60, "count() OVER w,") + times(5, "WINDOW w AS ()")) ==
        "more than 64 windows");
}

TEST_CASE("a keyword may stand right behind a parameter's number") {
  CHECK(exceeded(times(65, "a ON ?1JOIN ")) == "more than 64 joins");
  CHECK(exceeded(times(65, "a ON ?JOIN ")) == "more than 64 joins");
}

TEST_CASE("what is quoted or commented on is counted as no keyword") {
  CHECK(exceeded(times(200, "'SELECT' \"VALUES\" [JOIN] `OVER` /* WINDOW */ ")).empty());
}
