#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/storage/value.hpp"

namespace tenancy::inline v0 {

/// How a member's type is kept in a column: `bind` writes a parameter, `read` a member. `read`
/// gives false when the column holds anything that is not exactly such a value; nothing is
/// converted or cut. A host specialises it for types of its own.
///
/// Isolation: a codec reaches the parameter and the column that it is given and no other.
template <class Value>
struct Codec;

/// Integers whose every value fits 64 bits with a sign, as INTEGER.
template <std::integral Value>
  requires(!std::same_as<Value, bool> &&
           (sizeof(Value) < sizeof(std::int64_t) ||
            (sizeof(Value) == sizeof(std::int64_t) && std::is_signed_v<Value>)))
struct Codec<Value> {
  static void bind(ParameterWriter parameter, Value value) noexcept { parameter.int64(value); }
  static bool read(ColumnReader column, Value& value) noexcept {
    const auto stored = column.int64();
    if (!stored || *stored < static_cast<std::int64_t>(std::numeric_limits<Value>::min()) ||
        *stored > static_cast<std::int64_t>(std::numeric_limits<Value>::max())) {
      return false;
    }
    value = static_cast<Value>(*stored);
    return true;
  }
};

/// INTEGER 0 or 1.
template <>
struct Codec<bool> {
  static void bind(ParameterWriter parameter, bool value) noexcept {
    parameter.int64(value ? 1 : 0);
  }
  static bool read(ColumnReader column, bool& value) noexcept {
    const auto stored = column.int64();
    if (!stored || (*stored != 0 && *stored != 1)) {
      return false;
    }
    value = *stored == 1;
    return true;
  }
};

/// REAL. Not-a-number has no stored form and becomes NULL, which the column then refuses.
template <>
struct Codec<double> {
  static void bind(ParameterWriter parameter, double value) noexcept { parameter.real(value); }
  static bool read(ColumnReader column, double& value) noexcept {
    const auto stored = column.real();
    if (!stored) {
      return false;
    }
    value = *stored;
    return true;
  }
};

/// TEXT.
template <>
struct Codec<std::string> {
  static void bind(ParameterWriter parameter, std::string_view value) noexcept {
    parameter.text(value);
  }
  static bool read(ColumnReader column, std::string& value) {
    const auto stored = column.text();
    if (!stored) {
      return false;
    }
    // Built anew: replacing an empty string's characters takes a slower path.
    value = std::string{*stored};
    return true;
  }
};

/// INTEGER microseconds since the epoch.
template <>
struct Codec<Timestamp> {
  static void bind(ParameterWriter parameter, Timestamp value) noexcept {
    parameter.int64(value.microseconds());
  }
  static bool read(ColumnReader column, Timestamp& value) noexcept {
    const auto stored = column.int64();
    if (!stored) {
      return false;
    }
    value = Timestamp::from_microseconds(*stored);
    return true;
  }
};

/// NULL or the value.
template <class Value>
struct Codec<std::optional<Value>> {
  static void bind(ParameterWriter parameter, const std::optional<Value>& value) noexcept {
    if (value) {
      Codec<Value>::bind(parameter, *value);
    } else {
      parameter.null();
    }
  }
  static bool read(ColumnReader column, std::optional<Value>& value) {
    if (column.is_null()) {
      value.reset();
      return true;
    }
    return Codec<Value>::read(column, value.emplace());
  }
};

/// Whether a member of this type can be mapped.
template <class Value>
concept Storable =
    requires(ParameterWriter parameter, ColumnReader column, const Value& value, Value& member) {
      Codec<Value>::bind(parameter, value);
      { Codec<Value>::read(column, member) } -> std::same_as<bool>;
    };

}  // namespace tenancy::inline v0
