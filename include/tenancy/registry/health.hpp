#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// How well something is, from good to bad.
enum class HealthState : std::uint8_t {
  ok,
  warning,  ///< It works; somebody should look at it, or it could not be looked at just now.
  failed,   ///< It does not work, or what is done with it may be lost.
};

/// The state's name, as text; stable, for logs and metrics.
TENANCY_API std::string_view to_string(HealthState state) noexcept;

/// A number that a check has found. Its name ends with its unit, if it has one.
struct HealthFigure {
  std::string_view name;  ///< Static.
  std::int64_t value;

  friend bool operator==(const HealthFigure&, const HealthFigure&) = default;
};

/// What one check has found.
///
/// Isolation: for operators, like the messages of errors; holds no tenant's data and no secret.
struct HealthCheck {
  std::string_view name;  ///< `store`, `schema`, `keys`, `disk`, `wal` or `clock`; static.
  HealthState state = HealthState::ok;
  std::string message = {};  ///< One text in UTF-8: what was found and what helps.
  std::vector<HealthFigure> figures = {};
};

/// What all checks have found.
struct TENANCY_API HealthReport {
  std::vector<HealthCheck> checks = {};  ///< Always all of them, in the order above.
  Timestamp checked_at = {};
  std::chrono::nanoseconds took{0};

  /// That of the check that found the worst.
  [[nodiscard]] HealthState state() const noexcept;
  /// The check of that name; null when there is none.
  [[nodiscard]] const HealthCheck* find(std::string_view name) const noexcept;
};

/// Whether the store is written to, to see that it can be.
enum class WriteProbe : std::uint8_t {
  commit,  ///< One row of the library's is changed and synced: one page in the write-ahead log.
  none,
};

/// What is looked at, and from where on it is worth a finding.
struct HealthOptions {
  /// Who may stop the report, and when it must be there.
  CallOptions call = {};
  /// When it is there at the latest, whatever its deadline. A disk that does not answer may still
  /// hold it up.
  std::chrono::milliseconds max_time{5000};
  WriteProbe write_probe = WriteProbe::commit;
  /// Free bytes on the store's disk below which there is a warning, or a failure.
  std::uint64_t low_disk_bytes = std::uint64_t{1} << 30U;
  std::uint64_t full_disk_bytes = std::uint64_t{64} << 20U;
  /// How far the time of day may lie behind what was written before, or have been set since the
  /// store was opened.
  std::chrono::seconds max_clock_step{10};
};

}  // namespace tenancy::inline v0
