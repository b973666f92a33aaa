#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// The direction of a list that has no order of its own. Generated keys grow with time, so this is
/// also an order in time.
enum class Order : std::uint8_t { newest_first, oldest_first };

/// Which part of a list is wanted: its beginning, what follows a cursor, or a numbered page.
///
/// A list that goes on by cursors costs the rows it returns and stays right when rows come and go.
/// Numbered pages tell the totals; they cost a count and the rows skipped, and they shift.
struct PageRequest {
  static constexpr std::int64_t max_limit = 500;
  static constexpr std::int64_t max_offset = 10'000'000;

  std::int64_t limit = 50;                  ///< Rows in a page, 1 to `max_limit`.
  std::optional<std::int64_t> number = {};  ///< The page, from 1; not beside a cursor.
  std::optional<std::string> cursor = {};   ///< What a page before gave out.
  Order order = Order::newest_first;
};

/// The totals of a list, for numbered pages.
struct PageNumbers {
  std::int64_t number;       ///< This page, from 1.
  std::int64_t per_page;     ///< The limit that was asked for.
  std::int64_t total;        ///< All rows of the list.
  std::int64_t total_pages;  ///< 0 when there are no rows.
};

/// One part of a list.
template <class T>
struct Page {
  std::vector<T> items;
  bool has_next = false;      ///< Whether rows follow; taken for granted of a page before another.
  bool has_previous = false;  ///< Whether rows come before; taken for granted behind another page.
  std::optional<std::string> next_cursor = {};  ///< For the page behind this one, if any.
  /// For the page before this one, if any; not of an empty page, and only of lists that go both
  /// ways.
  std::optional<std::string> previous_cursor = {};
  std::optional<PageNumbers> numbers = {};  ///< Set for numbered pages.
};

namespace detail {

/// A request as LIMIT and OFFSET. Errors: `invalid_argument`.
struct PageWindow {
  std::int64_t limit;
  std::int64_t offset;
};
TENANCY_API Result<PageWindow> page_window(const PageRequest& request);

/// The totals of a numbered page.
TENANCY_API PageNumbers page_numbers(std::int64_t number, std::int64_t limit,
                                     std::int64_t total) noexcept;

}  // namespace detail

}  // namespace tenancy::inline v0
