#include "tenancy/core/record_id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base32.hpp"
#include "core/random.hpp"

namespace tenancy::inline v0 {

std::string make_record_id(Timestamp now) {
  constexpr std::int64_t last_millisecond = (std::int64_t{1} << 48) - 1;
  const std::int64_t microseconds = std::max<std::int64_t>(now.microseconds(), 0);
  const std::int64_t milliseconds = std::min(microseconds / 1000, last_millisecond);

  std::array<std::uint64_t, 2> bits{};
  detail::fill_random(std::as_writable_bytes(std::span{bits}));
  bits[0] = (static_cast<std::uint64_t>(milliseconds) << 16) |
            (static_cast<std::uint64_t>(microseconds % 1000) << 6) | (bits[0] & 0x3FU);

  std::string text(record_id_length, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
    *digit = detail::base32_upper[bits[1] & 31U];
    bits[1] = (bits[1] >> 5) | (bits[0] << 59);
    bits[0] >>= 5;
  }
  return text;
}

}  // namespace tenancy::inline v0
