#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// Why somebody needs to work across tenants.
enum class CrossingPurpose : std::uint8_t {
  maintenance,  ///< Clean-up, re-indexing, migration of data.
  reporting,    ///< Figures over all tenants.
  support,      ///< Helping tenants at their request.
  compliance,   ///< A legal duty.
};

TENANCY_API std::string_view to_string(CrossingPurpose purpose) noexcept;

/// A stated reason for crossing tenants; without one there is no `CrossTenantContext`.
///
/// Units and shapes: the explanation is 8 to 500 bytes of UTF-8 without control characters, such
/// as a ticket and a sentence.
/// Thread safety: immutable.
class TENANCY_API CrossingReason {
 public:
  static constexpr std::size_t min_length = 8;
  static constexpr std::size_t max_length = 500;

  // Moving copies, so that no reason is ever left unexplained.
  CrossingReason(const CrossingReason&) = default;
  CrossingReason& operator=(const CrossingReason&) = default;
  ~CrossingReason() = default;

  /// Errors: `invalid_argument`.
  static Result<CrossingReason> create(CrossingPurpose purpose, std::string explanation);

  [[nodiscard]] CrossingPurpose purpose() const noexcept { return purpose_; }
  [[nodiscard]] const std::string& explanation() const noexcept { return explanation_; }

  friend bool operator==(const CrossingReason&, const CrossingReason&) = default;

 private:
  CrossingReason(CrossingPurpose purpose, std::string explanation) noexcept
      : explanation_{std::move(explanation)}, purpose_{purpose} {}

  std::string explanation_;
  CrossingPurpose purpose_;
};

}  // namespace tenancy::inline v0
