#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// The name of a tenant inside the system: 63 random bits, positive, never reused.
///
/// Knowing an id is no permission; that is what `TenantContext` is for. There is no null id.
///
/// Thread safety: immutable.
/// Units and shapes: as text `tnt_` and thirteen characters of Crockford's base 32 in lower case,
/// which is the only spelling that `parse` accepts, so that one tenant has one name in every log.
/// Source: D. Crockford, Base 32 (alphabet without i, l, o, u).
class TENANCY_API TenantId {
 public:
  static constexpr std::size_t text_length = 17;

  /// A fresh id from the operating system's generator. Two of them are equal by chance once in
  /// some 2^62 pairs, and the registry's primary key refuses even that.
  static TenantId generate();

  /// Errors: `invalid_tenant_id`.
  static Result<TenantId> parse(std::string_view text);

  /// From its stored form. Errors: `invalid_tenant_id` for zero and negative numbers.
  static Result<TenantId> from_value(std::int64_t value);

  [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(TenantId, TenantId) noexcept = default;

 private:
  constexpr explicit TenantId(std::int64_t value) noexcept : value_{value} {}

  std::int64_t value_;
};

TENANCY_API std::ostream& operator<<(std::ostream& out, TenantId id);

}  // namespace tenancy::inline v0

template <>
struct std::hash<tenancy::TenantId> {
  std::size_t operator()(tenancy::TenantId id) const noexcept {
    return std::hash<std::int64_t>{}(id.value());
  }
};
