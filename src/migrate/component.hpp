#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/result.hpp"
#include "tenancy/migrate/migration.hpp"

namespace tenancy::inline v0::detail {

/// The component of the library's own tables, and that of the host's.
inline constexpr std::string_view library_component = "tenancy";
inline constexpr std::string_view host_component = "app";

/// Of a step's text, in the dialect in which it is applied.
using StepChecksum = std::array<std::byte, 32>;

/// A migration in one dialect. Ownership: borrows the migration.
struct Step {
  std::int64_t version;
  std::string_view name;
  std::string_view sql;
  std::string_view source;
};

/// A series of steps of its own, in one dialect: what a migration runs. The library's tables are
/// one, the host's another.
///
/// Ownership: borrows name and migrations.
class Component {
 public:
  /// Errors: `invalid_argument`, with the step, when numbers do not grow or are not positive, a
  /// name is not a line of 1 to 100 bytes, a text is empty, is not UTF-8 or holds a NUL, there is
  /// one for all and others for dialects, or none for this dialect.
  static Result<Component> create(std::string_view name, std::span<const Migration> migrations,
                                  Dialect dialect);

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::span<const Step> steps() const noexcept { return steps_; }
  /// The step of a number that it has.
  [[nodiscard]] const Step& step(std::int64_t version) const noexcept;

 private:
  Component(std::string_view name, std::vector<Step> steps) noexcept
      : name_{name}, steps_{std::move(steps)} {}

  std::string_view name_;
  std::vector<Step> steps_;  ///< By number.
};

StepChecksum checksum_of(const Step& step) noexcept;

/// `migration 2 'notes' of 'app' (migrations/0002_notes.sql)`, for messages.
std::string describe_step(std::string_view component, std::int64_t version, std::string_view name,
                          std::string_view source);

}  // namespace tenancy::inline v0::detail
