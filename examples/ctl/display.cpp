#include "ctl/display.hpp"

#include <array>
#include <cstdint>
#include <cwchar>
#include <optional>

#include <fmt/format.h>
#include <locale.h>  // NOLINT(modernize-deprecated-headers): newlocale

namespace tenantctl {
namespace {

struct Decoded {
  std::uint32_t code_point;
  std::size_t size;
};

/// The code point at the beginning of the text, which is not empty; none where it is no UTF-8.
std::optional<Decoded> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80U) {
    return Decoded{first, 1};
  }
  const std::size_t size = first >= 0xf0U ? 4 : first >= 0xe0U ? 3 : 2;
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xc2U || first > 0xf4U || text.size() < size) {
    return std::nullopt;
  }
  std::uint32_t code_point = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) {
      return std::nullopt;
    }
    code_point = (code_point << 6U) | (byte(i) & 0x3fU);
  }
  const bool is_surrogate = code_point >= 0xd800U && code_point <= 0xdfffU;
  if (code_point < smallest[size] || code_point > 0x10ffffU || is_surrogate) {
    return std::nullopt;
  }
  return Decoded{code_point, size};
}

bool steers(std::uint32_t c) {
  const bool is_control = c < 0x20U || (c >= 0x7fU && c < 0xa0U);
  const bool breaks_lines = c == 0x2028U || c == 0x2029U;
  const bool turns_direction = c == 0x61cU || c == 0x200eU || c == 0x200fU ||
                               (c >= 0x202aU && c <= 0x202eU) || (c >= 0x2066U && c <= 0x2069U);
  return is_control || breaks_lines || turns_direction;
}

/// The C library's widths for UTF-8, whatever the locale of the process.
class Utf8Locale {
 public:
  Utf8Locale() : locale_{::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)} {
    if (locale_ != nullptr) {
      before_ = ::uselocale(locale_);
    }
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (locale_ != nullptr) {
      ::uselocale(before_);
      ::freelocale(locale_);
    }
  }

  /// Where the locale is missing, every code point counts as one column.
  [[nodiscard]] std::size_t width(std::uint32_t code_point) const {
    const int columns = locale_ == nullptr ? 1 : ::wcwidth(static_cast<wchar_t>(code_point));
    return columns < 0 ? 1 : static_cast<std::size_t>(columns);
  }

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto decoded = decode(text);
    const std::size_t size = decoded ? decoded->size : 1;
    if (decoded && !steers(decoded->code_point)) {
      shown += text.substr(0, size);
    } else if (decoded && decoded->code_point >= 0x80U) {
      shown += fmt::format("\\u{{{:x}}}", decoded->code_point);
    } else {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    }
    text.remove_prefix(size);
  }
  return shown;
}

std::string printable_json(std::string_view json) {
  std::string shown;
  while (!json.empty()) {
    const auto decoded = decode(json);
    const std::size_t size = decoded ? decoded->size : 1;
    // Those below are escaped already, or lay the text out.
    if (decoded && decoded->code_point >= 0x7fU && steers(decoded->code_point)) {
      shown += fmt::format("\\u{:04x}", decoded->code_point);
    } else {
      shown += json.substr(0, size);
    }
    json.remove_prefix(size);
  }
  return shown;
}

std::size_t display_width(std::string_view text) {
  const Utf8Locale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto decoded = decode(text);
    columns += decoded ? locale.width(decoded->code_point) : 1;
    text.remove_prefix(decoded ? decoded->size : 1);
  }
  return columns;
}

}  // namespace tenantctl
