#include "data/text_bound.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/text.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr std::uint32_t last_code_point = 0x10FFFF;
constexpr std::uint32_t first_surrogate = 0xD800;
constexpr std::uint32_t behind_surrogates = 0xE000;

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  std::string text;
  if (point < 0x80) {
    text += byte(point);
  } else if (point < 0x800) {
    text += byte(0xC0U | (point >> 6U));
    text += byte(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    text += byte(0xE0U | (point >> 12U));
    text += byte(0x80U | ((point >> 6U) & 0x3FU));
    text += byte(0x80U | (point & 0x3FU));
  } else {
    text += byte(0xF0U | (point >> 18U));
    text += byte(0x80U | ((point >> 12U) & 0x3FU));
    text += byte(0x80U | ((point >> 6U) & 0x3FU));
    text += byte(0x80U | (point & 0x3FU));
  }
  return text;
}

/// The least code point whose bytes are not less; nothing when there is none. Code points have the
/// order of their bytes.
std::optional<std::uint32_t> least_point_from(std::string_view bytes) {
  std::uint32_t low = 1;  // No text holds a NUL.
  std::uint32_t high = last_code_point + 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (encoded(middle) < bytes) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low >= first_surrogate && low < behind_surrogates) {
    low = behind_surrogates;
  }
  return low > last_code_point ? std::nullopt : std::optional{low};
}

/// How many of the bytes are whole characters.
std::size_t whole_characters(std::string_view bytes) {
  constexpr std::size_t longest = 4;
  std::size_t whole = 0;
  while (whole < bytes.size()) {
    std::size_t length = 1;
    while (length <= longest && whole + length <= bytes.size() &&
           !is_utf8(bytes.substr(whole, length))) {
      ++length;
    }
    if (length > longest || whole + length > bytes.size()) {
      break;
    }
    whole += length;
  }
  return whole;
}

/// Where the last character begins.
std::size_t begin_of_last(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    --at;
  }
  return at;
}

}  // namespace

std::string least_utf8_from(std::string_view bound) {
  std::string whole{bound.substr(0, whole_characters(bound))};
  std::string rest{bound.substr(whole.size())};
  if (rest.empty()) {
    return whole;
  }
  while (true) {
    if (const auto point = least_point_from(rest)) {
      return whole + encoded(*point);
    }
    if (whole.empty()) {
      // Behind all that there are.
      constexpr std::size_t longer_than_any = 1000;
      std::string behind;
      for (std::size_t i = 0; i < longer_than_any; ++i) {
        behind += encoded(last_code_point);
      }
      return behind;
    }
    // Behind all that begin with what is whole so far.
    const std::size_t last = begin_of_last(whole);
    rest = whole.substr(last) + '\xFF';
    whole.resize(last);
  }
}

}  // namespace tenancy::inline v0::detail
