#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tenancy::inline v0::detail {

/// Crockford's alphabet: digits and letters without i, l, o and u.
inline constexpr std::string_view base32_lower = "0123456789abcdefghjkmnpqrstvwxyz";
inline constexpr std::string_view base32_upper = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The values of all characters; not within the function, where GCC copies it at each call.
inline constexpr auto base32_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < base32_lower.size(); ++i) {
    values[static_cast<unsigned char>(base32_lower[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

/// The value of a lower-case digit, or -1.
constexpr int base32_value(char digit) noexcept {
  return base32_values[static_cast<unsigned char>(digit)];
}

}  // namespace tenancy::inline v0::detail
