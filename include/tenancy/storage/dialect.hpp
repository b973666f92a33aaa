#pragma once

#include <cstdint>
#include <string_view>

namespace tenancy::inline v0 {

/// The SQL that a store speaks.
enum class Dialect : std::uint8_t { sqlite, postgresql };

/// The dialect's name, as it stands in the names of migration files.
constexpr std::string_view to_string(Dialect dialect) noexcept {
  return dialect == Dialect::sqlite ? "sqlite" : "postgresql";
}

}  // namespace tenancy::inline v0
