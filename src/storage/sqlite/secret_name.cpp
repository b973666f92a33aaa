#include "storage/sqlite/secret_name.hpp"

#include <array>
#include <cstddef>

#include "core/base32.hpp"
#include "core/random.hpp"

namespace tenancy::inline v0::detail::sqlite {

std::string secret_name(std::string_view prefix) {
  std::array<std::byte, 26> bytes{};
  fill_random(bytes);
  std::string name{prefix};
  for (const std::byte byte : bytes) {
    name += base32_lower[std::to_integer<std::size_t>(byte) % base32_lower.size()];
  }
  return name;
}

}  // namespace tenancy::inline v0::detail::sqlite
