#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// The direction of a list. Generated keys grow with time, so this is also an order in time.
enum class Order : std::uint8_t { newest_first, oldest_first };

/// Which part of a list is wanted: a numbered page with totals, or what follows a cursor.
///
/// Numbered pages cost a count and the rows skipped, and shift when rows come and go; cursors cost
/// the rows returned and stay right.
struct PageRequest {
  static constexpr std::int64_t max_limit = 500;
  static constexpr std::int64_t max_offset = 10'000'000;

  std::int64_t limit = 50;  ///< Rows in a page, 1 to `max_limit`.
  std::int64_t number = 1;  ///< The page, from 1; stands for nothing beside a cursor.
  std::optional<std::string> cursor = {};  ///< Continues behind the page that gave out this cursor.
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
  std::optional<std::string> next_cursor;  ///< Set when rows follow.
  std::optional<PageNumbers> numbers;      ///< Set for numbered pages.
  bool has_previous = false;               ///< Whether rows come before this part.

  [[nodiscard]] bool has_next() const noexcept { return next_cursor.has_value(); }
};

namespace detail {

/// A numbered page as LIMIT and OFFSET. Errors: `invalid_argument`.
struct PageWindow {
  std::int64_t limit;
  std::int64_t offset;
};
Result<PageWindow> page_window(const PageRequest& request);

PageNumbers page_numbers(const PageRequest& request, std::int64_t total) noexcept;

}  // namespace detail

}  // namespace tenancy::inline v0
