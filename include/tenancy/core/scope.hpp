#pragma once

#include <cstdint>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// How much a context allows within its tenant. Each scope includes the ones before it.
enum class Scope : std::uint8_t {
  read,   ///< See the tenant's rows.
  write,  ///< Change them too.
  admin,  ///< Also manage the tenant itself: its keys, members and settings.
};

TENANCY_API std::string_view to_string(Scope scope) noexcept;

/// Whether it is one of the three, and not a number that was cast.
constexpr bool is_scope(Scope scope) noexcept { return scope <= Scope::admin; }

/// Errors: `invalid_argument`.
TENANCY_API Result<Scope> parse_scope(std::string_view text);

}  // namespace tenancy::inline v0
