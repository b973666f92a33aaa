#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "tenancy/data/codec.hpp"

namespace tenancy::inline v0 {

namespace detail {

/// What a key that is a number is passed as: an integer of any type, whatever the member's width,
/// so that one too large for the member is not found rather than cut.
class IntegerKey {
 public:
  template <std::integral Number>
    requires(!std::same_as<Number, bool> && sizeof(Number) <= sizeof(std::int64_t))
  constexpr IntegerKey(Number number) noexcept  // NOLINT(google-explicit-constructor): its form
      : value_{static_cast<std::int64_t>(number)},
        is_held_{std::is_signed_v<Number> ||
                 static_cast<std::uint64_t>(number) <=
                     static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())} {}

  [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }
  /// Whether 64 bits with a sign hold it; otherwise the value is another number.
  [[nodiscard]] constexpr bool is_held() const noexcept { return is_held_; }

 private:
  std::int64_t value_;
  bool is_held_;
};

}  // namespace detail

/// A number that no column holds has no stored form.
template <>
struct Codec<detail::IntegerKey> {
  static void bind(const ParameterWriter& parameter, detail::IntegerKey key) noexcept {
    if (key.is_held()) {
      parameter.int64(key.value());
    } else {
      parameter.impossible();
    }
  }
};

}  // namespace tenancy::inline v0
