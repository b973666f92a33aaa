#include "core/base64url.hpp"

#include <array>
#include <cstdint>

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_digit = 64;

constexpr auto digits = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

std::string to_base64url(std::span<const std::byte> bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  char* out = text.data();
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  std::size_t i = 0;
  for (; i + 2 < bytes.size(); i += 3) {
    const std::uint32_t bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    *out++ = alphabet[bits >> 18U];
    *out++ = alphabet[bits >> 12U & 63U];
    *out++ = alphabet[bits >> 6U & 63U];
    *out++ = alphabet[bits & 63U];
  }
  if (i + 1 < bytes.size()) {
    const std::uint32_t bits = byte(i) << 8U | byte(i + 1);
    *out++ = alphabet[bits >> 10U];
    *out++ = alphabet[bits >> 4U & 63U];
    *out++ = alphabet[bits << 2U & 63U];
  } else if (i < bytes.size()) {
    *out++ = alphabet[byte(i) >> 2U];
    *out++ = alphabet[byte(i) << 4U & 63U];
  }
  return text;
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::vector<std::byte> bytes(text.size() * 3 / 4);
  std::byte* out = bytes.data();
  std::uint32_t seen = 0;
  const auto digit = [&](std::size_t i) {
    const std::uint32_t value = digits[static_cast<unsigned char>(text[i])];
    seen |= value;
    return value;
  };
  std::size_t i = 0;
  for (; i + 3 < text.size(); i += 4) {
    const std::uint32_t bits =
        digit(i) << 18U | digit(i + 1) << 12U | digit(i + 2) << 6U | digit(i + 3);
    *out++ = static_cast<std::byte>(bits >> 16U);
    *out++ = static_cast<std::byte>(bits >> 8U);
    *out++ = static_cast<std::byte>(bits);
  }
  // Bits behind the last byte would give it a second spelling.
  std::uint32_t rest = 0;
  if (i + 2 < text.size()) {
    const std::uint32_t bits = digit(i) << 12U | digit(i + 1) << 6U | digit(i + 2);
    *out++ = static_cast<std::byte>(bits >> 10U);
    *out++ = static_cast<std::byte>(bits >> 2U);
    rest = bits & 3U;
  } else if (i + 1 < text.size()) {
    const std::uint32_t bits = digit(i) << 6U | digit(i + 1);
    *out++ = static_cast<std::byte>(bits >> 4U);
    rest = bits & 15U;
  }
  if ((seen & no_digit) != 0 || rest != 0) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace tenancy::inline v0::detail
