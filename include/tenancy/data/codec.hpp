#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0 {

/// How a member's type is kept in a column: `bind` writes a parameter, `read` a member. `read`
/// gives false when the column holds anything that is not exactly such a value; nothing is
/// converted or cut.
template <class Value>
struct Codec;

/// Integers whose every value fits 64 bits with a sign, as INTEGER.
template <std::integral Value>
  requires(!std::same_as<Value, bool> &&
           (std::is_signed_v<Value> || sizeof(Value) < sizeof(std::int64_t)))
struct Codec<Value> {
  static void bind(detail::Statement& statement, int parameter, Value value) noexcept {
    statement.bind_int64(parameter, value);
  }
  static bool read(const detail::Statement& statement, int column, Value& value) noexcept {
    const auto stored = statement.int64(column);
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
  static void bind(detail::Statement& statement, int parameter, bool value) noexcept {
    statement.bind_int64(parameter, value ? 1 : 0);
  }
  static bool read(const detail::Statement& statement, int column, bool& value) noexcept {
    const auto stored = statement.int64(column);
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
  static void bind(detail::Statement& statement, int parameter, double value) noexcept {
    statement.bind_real(parameter, value);
  }
  static bool read(const detail::Statement& statement, int column, double& value) noexcept {
    const auto stored = statement.real(column);
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
  static void bind(detail::Statement& statement, int parameter, std::string_view value) noexcept {
    statement.bind_text(parameter, value);
  }
  static bool read(const detail::Statement& statement, int column, std::string& value) {
    const auto stored = statement.text(column);
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
  static void bind(detail::Statement& statement, int parameter, Timestamp value) noexcept {
    statement.bind_int64(parameter, value.microseconds());
  }
  static bool read(const detail::Statement& statement, int column, Timestamp& value) noexcept {
    const auto stored = statement.int64(column);
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
  static void bind(detail::Statement& statement, int parameter,
                   const std::optional<Value>& value) noexcept {
    if (value) {
      Codec<Value>::bind(statement, parameter, *value);
    } else {
      statement.bind_null(parameter);
    }
  }
  static bool read(const detail::Statement& statement, int column, std::optional<Value>& value) {
    if (statement.is_null(column)) {
      value.reset();
      return true;
    }
    return Codec<Value>::read(statement, column, value.emplace());
  }
};

/// Whether a member of this type can be mapped.
template <class Value>
concept Storable = requires { sizeof(Codec<Value>); };

}  // namespace tenancy::inline v0
