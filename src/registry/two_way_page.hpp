#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/page.hpp"

namespace tenancy::inline v0::detail {

/// Which way a cursor leads; it is sealed with the place.
inline constexpr char forwards = 'n';
inline constexpr char backwards = 'p';

constexpr bool is_way(char c) noexcept { return c == forwards || c == backwards; }

/// What a list goes on from that falls by a name or an id: more of the last character of all than
/// any of them can have.
inline std::string_view behind_all_texts() {
  static const std::string text = [] {
    constexpr std::size_t longer_than_any = 256;
    std::string all;
    for (std::size_t i = 0; i < longer_than_any; ++i) {
      all += "\xF4\x8F\xBF\xBF";
    }
    return all;
  }();
  return text;
}

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
