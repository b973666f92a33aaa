#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// How a step of the program and the store's record of it go together.
enum class MigrationState : std::uint8_t {
  applied,
  pending,  ///< Not applied, and behind all that are.
  edited,   ///< Applied, and reads differently now.
  missing,  ///< Applied, and the program does not have it, although it has later ones.
  late,     ///< Not applied, although a later one is.
  newer,    ///< Applied, behind the last that the program has: a newer version of it ran here.
};

/// The state's name, as text; stable, for scripts.
TENANCY_API std::string_view to_string(MigrationState state) noexcept;

/// One step as the program and the store know it.
struct MigrationStatus {
  std::string component;  ///< Whose step it is: the library's (`tenancy`) or the host's (`app`).
  std::int64_t version;
  std::string name;    ///< As the program has it; as it was applied, where the program has not.
  std::string source;  ///< The file that it came from; empty when it came from code.
  MigrationState state;
  std::optional<Timestamp> applied_at = {};
};

/// All steps that the program has or the store has applied: the library's, then the host's, each by
/// number.
struct TENANCY_API MigrationReport {
  std::vector<MigrationStatus> steps = {};

  /// Whether every step is applied as the program has it, and no other.
  [[nodiscard]] bool is_up_to_date() const noexcept;
  /// Whether `open` would refuse the store, since steps are edited, missing, late or newer.
  [[nodiscard]] bool has_conflicts() const noexcept;
};

}  // namespace tenancy::inline v0
