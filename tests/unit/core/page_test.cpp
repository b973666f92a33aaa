#include "tenancy/core/page.hpp"

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::PageRequest;
using tenancy::detail::page_numbers;
using tenancy::detail::page_window;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
constexpr auto largest = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("what is asked for by default") {
  const PageRequest request;
  CHECK(request.limit == 50);
  CHECK_FALSE(request.number.has_value());
  CHECK_FALSE(request.cursor.has_value());
  CHECK(request.order == tenancy::Order::newest_first);
  const auto window = must(page_window(request));
  CHECK(window.limit == 50);
  CHECK(window.offset == 0);
}

TEST_CASE("the limit is 1 to 500") {
  CHECK(must(page_window({.limit = 1})).limit == 1);
  CHECK(must(page_window({.limit = 500})).limit == 500);
  for (const std::int64_t limit :
       {smallest, std::int64_t{-1}, std::int64_t{0}, std::int64_t{501}, largest}) {
    CAPTURE(limit);
    CHECK(code_of(page_window({.limit = limit})) == errc::invalid_argument);
  }
}

TEST_CASE("pages follow one another without gap or overlap") {
  for (const std::int64_t limit : {1, 3, 50, 500}) {
    for (std::int64_t number = 1; number <= 20; ++number) {
      const auto window = must(page_window({.limit = limit, .number = number}));
      CHECK(window.limit == limit);
      CHECK(window.offset == (number - 1) * limit);
    }
  }
}

TEST_CASE("pages reach ten million rows deep, and no number overflows") {
  constexpr std::int64_t deepest = PageRequest::max_offset;
  CHECK(must(page_window({.limit = 1, .number = deepest + 1})).offset == deepest);
  CHECK(code_of(page_window({.limit = 1, .number = deepest + 2})) == errc::invalid_argument);
  CHECK(must(page_window({.limit = 500, .number = 20'001})).offset == deepest);
  CHECK(code_of(page_window({.limit = 500, .number = 20'002})) == errc::invalid_argument);
  CHECK(must(page_window({.limit = 3, .number = 3'333'334})).offset == 9'999'999);
  CHECK(code_of(page_window({.limit = 3, .number = 3'333'335})) == errc::invalid_argument);
  for (const std::int64_t number :
       {smallest, std::int64_t{-1}, std::int64_t{0}, largest, largest / 50, largest / 500 + 1}) {
    CAPTURE(number);
    CHECK(code_of(page_window({.number = number})) == errc::invalid_argument);
    CHECK(code_of(page_window({.limit = 500, .number = number})) == errc::invalid_argument);
  }
}

TEST_CASE("the totals round up") {
  const auto pages = [](std::int64_t limit, std::int64_t total) {
    return page_numbers(1, limit, total).total_pages;
  };
  CHECK(pages(10, 0) == 0);
  CHECK(pages(10, 1) == 1);
  CHECK(pages(10, 10) == 1);
  CHECK(pages(10, 11) == 2);
  CHECK(pages(1, 7) == 7);
  CHECK(pages(500, 501) == 2);
  const auto numbers = page_numbers(3, 10, 25);
  CHECK(numbers.number == 3);
  CHECK(numbers.per_page == 10);
  CHECK(numbers.total == 25);
}

TEST_CASE("a request has a number or a cursor, not both") {
  must(page_window({.cursor = "c"}));
  CHECK(code_of(page_window({.number = 1, .cursor = "c"})) == errc::invalid_argument);
}
