#include "core/text.hpp"

#include <boost/locale/utf.hpp>

namespace tenancy::inline v0::detail {
namespace {

namespace utf = boost::locale::utf;

/// Calls `accept` with each code point; false when one is malformed or not accepted.
template <class Accept>
bool all_code_points(std::string_view text, Accept accept) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const utf::code_point point = utf::utf_traits<char>::decode(at, end);
    if (point == utf::illegal || point == utf::incomplete || !accept(point)) {
      return false;
    }
  }
  return true;
}

bool is_invisible_control(utf::code_point point) noexcept {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x061C ||
         (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  return all_code_points(text, [](utf::code_point) { return true; });
}

bool is_plain_line(std::string_view text, std::size_t min_bytes, std::size_t max_bytes) noexcept {
  return text.size() >= min_bytes && text.size() <= max_bytes &&
         all_code_points(text, [](utf::code_point point) { return !is_invisible_control(point); });
}

}  // namespace tenancy::inline v0::detail
