#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "tenancy/core/page.hpp"

namespace tenancy::inline v0::detail {

/// Which way a cursor leads; it is sealed with the place.
inline constexpr char forwards = 'n';
inline constexpr char backwards = 'p';

constexpr bool is_way(char c) noexcept { return c == forwards || c == backwards; }

/// What a list goes on from that falls by a text: SQLite sorts every blob behind every text.
inline constexpr std::array behind_all_texts{std::byte{0}};

/// How the rows of a page were read.
struct PageReading {
  bool is_backwards;  ///< Against the order of the list.
  bool has_more;      ///< Rows followed those that were read.
  bool has_others;    ///< There are rows on the other side: one came by a cursor or skipped some.
};

/// Puts the items in the order of the list and gives the page its cursors, which `seal` makes of a
/// way and an item.
template <class T, class Seal>
void finish_page(Page<T>& page, const PageReading& reading, Seal seal) {
  if (reading.is_backwards) {
    std::reverse(page.items.begin(), page.items.end());
  }
  page.has_next = reading.is_backwards ? reading.has_others : reading.has_more;
  page.has_previous = reading.is_backwards ? reading.has_more : reading.has_others;
  if (page.has_next && !page.items.empty()) {
    page.next_cursor = seal(forwards, page.items.back());
  }
  if (page.has_previous && !page.items.empty()) {
    page.previous_cursor = seal(backwards, page.items.front());
  }
}

}  // namespace tenancy::inline v0::detail
