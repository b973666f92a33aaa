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
  for (std::uint8_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = i;
  }
  return values;
}();

}  // namespace

std::string to_base64url(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::byte byte : bytes) {
    bits = bits << 8U | std::to_integer<std::uint32_t>(byte);
    for (held += 8; held >= 6; held -= 6) {
      text += alphabet[bits >> static_cast<unsigned>(held - 6) & 63U];
    }
  }
  if (held > 0) {
    text += alphabet[bits << static_cast<unsigned>(6 - held) & 63U];
  }
  return text;
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::uint8_t digit = digits[static_cast<unsigned char>(c)];
    if (digit == no_digit) {
      return std::nullopt;
    }
    bits = bits << 6U | digit;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> static_cast<unsigned>(held)));
    }
  }
  // Bits behind the last byte would give it a second spelling.
  if ((bits & ((1U << static_cast<unsigned>(held)) - 1)) != 0) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace tenancy::inline v0::detail
