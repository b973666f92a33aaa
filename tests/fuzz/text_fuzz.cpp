#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "core/text.hpp"

namespace {

struct Decoded {
  std::uint32_t point;
  std::size_t size;
};

/// Reads one character by the table of RFC 3629, section 4: slow, plain and written without a look
/// at the library's.
std::optional<Decoded> decode(std::string_view text) {
  struct Form {
    std::size_t size;
    std::uint32_t lead_mask, lead, first, last;
  };
  constexpr std::array<Form, 4> forms{{{1, 0x80, 0x00, 0x0, 0x7F},
                                       {2, 0xE0, 0xC0, 0x80, 0x7FF},
                                       {3, 0xF0, 0xE0, 0x800, 0xFFFF},
                                       {4, 0xF8, 0xF0, 0x10000, 0x10FFFF}}};
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(text[i])};
  };
  for (const Form& form : forms) {
    if ((byte(0) & form.lead_mask) != form.lead) {
      continue;
    }
    if (text.size() < form.size) {
      return std::nullopt;
    }
    std::uint32_t point = byte(0) & ~form.lead_mask;
    for (std::size_t i = 1; i < form.size; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) {
        return std::nullopt;
      }
      point = point * 64 + (byte(i) & 0x3FU);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (point < form.first || point > form.last || surrogate) {
      return std::nullopt;
    }
    return Decoded{point, form.size};
  }
  return std::nullopt;
}

bool is_hidden(std::uint32_t point) {
  return point < 0x20 || (point > 0x7E && point < 0xA0) || point == 0x61C || point == 0x200E ||
         point == 0x200F || (point > 0x2027 && point < 0x202F) ||
         (point > 0x2065 && point < 0x206A) || point == 0xFEFF;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  bool utf8 = true;
  bool plain = true;
  for (std::string_view rest = text; utf8 && !rest.empty();) {
    const auto decoded = decode(rest);
    utf8 = decoded.has_value();
    plain = plain && utf8 && !is_hidden(decoded->point);
    rest.remove_prefix(utf8 ? decoded->size : 0);
  }
  const bool fits = size >= 1 && size <= 200;
  if (tenancy::detail::is_utf8(text) != utf8 ||
      tenancy::detail::is_plain_line(text, 1, 200) != (plain && fits)) {
    std::abort();
  }
  return 0;
}
