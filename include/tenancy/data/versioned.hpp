#pragma once

#include <compare>
#include <cstdint>

namespace tenancy::inline v0 {

/// Which state of a row somebody has seen: 1 when it is inserted, and one more with each update.
/// Fit for an ETag.
class RowVersion {
 public:
  /// That of a row which has just been inserted.
  constexpr RowVersion() noexcept = default;
  constexpr explicit RowVersion(std::int64_t value) noexcept : value_{value} {}

  [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }

  friend constexpr auto operator<=>(RowVersion, RowVersion) noexcept = default;

 private:
  std::int64_t value_ = 1;
};

/// A row and the version in which it was read.
template <class T>
struct Versioned {
  T row;
  RowVersion version;

  friend bool operator==(const Versioned&, const Versioned&) = default;
};

}  // namespace tenancy::inline v0
