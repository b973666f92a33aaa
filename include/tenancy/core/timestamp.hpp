#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// An instant in UTC, without leap seconds.
///
/// Units and shapes: whole microseconds since 1970-01-01T00:00:00Z, stored as a 64-bit integer; as
/// text always `YYYY-MM-DDThh:mm:ss.ffffffZ`, so that order as text is order in time.
/// Thread safety: immutable.
/// Source: RFC 3339 §5.6.
class TENANCY_API Timestamp {
 public:
  using Duration = std::chrono::microseconds;
  using TimePoint = std::chrono::sys_time<Duration>;

  /// The epoch: what a plain struct's member holds until the library sets it.
  constexpr Timestamp() noexcept = default;
  constexpr explicit Timestamp(TimePoint time) noexcept : time_{time} {}

  static constexpr Timestamp from_microseconds(std::int64_t since_epoch) noexcept {
    return Timestamp{TimePoint{Duration{since_epoch}}};
  }

  /// Reads RFC 3339 with `Z` or a numeric offset and up to six digits of a fraction.
  /// Errors: `invalid_timestamp`, also for days that no month has, for second 60 and for finer
  /// fractions, since none of these could be given back as it came.
  static Result<Timestamp> parse(std::string_view text);

  [[nodiscard]] constexpr TimePoint time_point() const noexcept { return time_; }
  [[nodiscard]] constexpr std::int64_t microseconds() const noexcept {
    return time_.time_since_epoch().count();
  }

  /// Instants outside the years 0000 to 9999 are printed as the nearest instant inside.
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(Timestamp, Timestamp) noexcept = default;
  friend constexpr Timestamp operator+(Timestamp time, Duration by) noexcept {
    return Timestamp{time.time_ + by};
  }
  friend constexpr Timestamp operator-(Timestamp time, Duration by) noexcept {
    return Timestamp{time.time_ - by};
  }
  friend constexpr Duration operator-(Timestamp later, Timestamp earlier) noexcept {
    return later.time_ - earlier.time_;
  }

 private:
  TimePoint time_{};
};

TENANCY_API std::ostream& operator<<(std::ostream& out, Timestamp time);

}  // namespace tenancy::inline v0
