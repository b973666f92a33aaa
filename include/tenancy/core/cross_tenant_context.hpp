#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tenancy/core/detail/realm.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

namespace detail {
class ContextMint;
}

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

 private:
  CrossingReason(CrossingPurpose purpose, std::string explanation) noexcept
      : explanation_{std::move(explanation)}, purpose_{purpose} {}

  std::string explanation_;
  CrossingPurpose purpose_;
};

/// The permission to visit every tenant in turn, given by the `Authority` for a stated reason.
///
/// A type of its own: nothing that takes a `TenantContext` takes this one, and it opens no rows
/// itself. Its record is committed before it exists.
///
/// Ownership: move-only, so that one record stands for one crossing; using a moved-from one stops
/// the process.
/// Thread safety: immutable.
class CrossTenantContext {
 public:
  CrossTenantContext(CrossTenantContext&&) noexcept = default;
  CrossTenantContext& operator=(CrossTenantContext&&) noexcept = default;
  CrossTenantContext(const CrossTenantContext&) = delete;
  CrossTenantContext& operator=(const CrossTenantContext&) = delete;
  ~CrossTenantContext() = default;

  [[nodiscard]] const CrossingReason& reason() const noexcept { return state().reason; }
  [[nodiscard]] const Principal& principal() const noexcept { return state().principal; }

 private:
  friend class detail::ContextMint;

  struct State {
    detail::Realm realm;
    Principal principal;
    CrossingReason reason;
  };

  explicit CrossTenantContext(std::unique_ptr<const State> state) noexcept
      : state_{std::move(state)} {}

  [[nodiscard]] const State& state() const noexcept {
    TENANCY_ASSERT(state_ != nullptr, "use of a CrossTenantContext after it was moved from");
    return *state_;
  }

  std::unique_ptr<const State> state_;
};

}  // namespace tenancy::inline v0
