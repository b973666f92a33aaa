#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// How much of a metric a tenant may use. There is none that holds because nobody said anything:
/// who means no limit says so.
///
/// Units and shapes: 0 to 2^63-1 of the metric's own unit. The largest is no limit: nothing can be
/// counted beyond it.
/// Thread safety: immutable.
class TENANCY_API QuotaLimit {
 public:
  /// Errors: `invalid_argument` when it is negative.
  static Result<QuotaLimit> at_most(std::int64_t amount);
  /// Counted, and never refused before the count itself ends.
  static constexpr QuotaLimit unlimited() noexcept {
    return QuotaLimit{std::numeric_limits<std::int64_t>::max()};
  }
  /// Nothing at all.
  static constexpr QuotaLimit nothing() noexcept { return QuotaLimit{0}; }

  [[nodiscard]] constexpr std::int64_t amount() const noexcept { return amount_; }
  [[nodiscard]] constexpr bool is_unlimited() const noexcept { return *this == unlimited(); }

  friend constexpr auto operator<=>(QuotaLimit, QuotaLimit) noexcept = default;

 private:
  constexpr explicit QuotaLimit(std::int64_t amount) noexcept : amount_{amount} {}

  std::int64_t amount_;
};

}  // namespace tenancy::inline v0
