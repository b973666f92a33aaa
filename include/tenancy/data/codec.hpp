#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/storage/storage_class.hpp"
#include "tenancy/storage/value.hpp"

namespace tenancy::inline v0 {

/// How a member's type is kept in a column: `bind` writes a parameter, `read` a member. `read`
/// gives false when the column holds anything that is not exactly such a value; nothing is
/// converted or cut. `read` sets the whole member, whatever was in it. A host specialises it for
/// types of its own. A member `stored`, the `StorageClass` of all its values, is held against the
/// table when a store is opened.
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
  static constexpr StorageClass stored = StorageClass::integer;

  static void bind(const ParameterWriter& parameter, Value value) noexcept {
    parameter.int64(value);
  }
  static bool read(const ColumnReader& column, Value& value) noexcept {
    const auto held = column.int64();
    if (!held || *held < static_cast<std::int64_t>(std::numeric_limits<Value>::min()) ||
        *held > static_cast<std::int64_t>(std::numeric_limits<Value>::max())) {
      return false;
    }
    value = static_cast<Value>(*held);
    return true;
  }
};

/// INTEGER 0 or 1.
template <>
struct Codec<bool> {
  static constexpr StorageClass stored = StorageClass::integer;

  static void bind(const ParameterWriter& parameter, bool value) noexcept {
    parameter.int64(value ? 1 : 0);
  }
  static bool read(const ColumnReader& column, bool& value) noexcept {
    const auto held = column.int64();
    if (!held || (*held != 0 && *held != 1)) {
      return false;
    }
    value = *held == 1;
    return true;
  }
};

/// REAL. Not-a-number has no stored form.
template <>
struct Codec<double> {
  static constexpr StorageClass stored = StorageClass::real;

  static void bind(const ParameterWriter& parameter, double value) noexcept {
    parameter.real(value);
  }
  static bool read(const ColumnReader& column, double& value) noexcept {
    const auto held = column.real();
    if (!held) {
      return false;
    }
    value = *held;
    return true;
  }
};

/// TEXT.
template <>
struct Codec<std::string> {
  static constexpr StorageClass stored = StorageClass::text;

  static void bind(const ParameterWriter& parameter, std::string_view value) noexcept {
    parameter.text(value);
  }
  static bool read(const ColumnReader& column, std::string& value) {
    const auto held = column.text();
    if (!held) {
      return false;
    }
    value.assign(*held);
    return true;
  }
};

/// BLOB.
template <>
struct Codec<std::vector<std::byte>> {
  static constexpr StorageClass stored = StorageClass::blob;

  static void bind(const ParameterWriter& parameter, std::span<const std::byte> value) noexcept {
    parameter.blob(value);
  }
  static bool read(const ColumnReader& column, std::vector<std::byte>& value) {
    const auto held = column.blob();
    if (!held) {
      return false;
    }
    value.assign(held->begin(), held->end());
    return true;
  }
};

/// An enumeration whose values have names for storing, given beside it by a function that argument-
/// dependent look-up finds:
///
///     constexpr auto tenancy_names(std::type_identity<Status>) {
///       return std::array{std::pair{Status::live, "live"}, std::pair{Status::failed, "failed"}};
///     }
template <class Value>
concept NamedEnum =
    std::is_enum_v<Value> && requires { tenancy_names(std::type_identity<Value>{}); };

/// The value's name as TEXT. A value without a name cannot be stored, and a text that is no name
/// cannot be read.
template <NamedEnum Value>
struct Codec<Value> {
  static constexpr StorageClass stored = StorageClass::text;

  static void bind(const ParameterWriter& parameter, Value value) noexcept {
    for (const auto& [named, name] : names) {
      if (named == value) {
        parameter.text(name);
        return;
      }
    }
    parameter.impossible();
  }
  static bool read(const ColumnReader& column, Value& value) noexcept {
    const auto held = column.text();
    for (const auto& [named, name] : names) {
      if (held == std::string_view{name}) {
        value = named;
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr auto names = tenancy_names(std::type_identity<Value>{});
  static_assert(
      [] {
        for (auto one = names.begin(); one != names.end(); ++one) {
          for (auto other = names.begin(); other != one; ++other) {
            if (one->first == other->first ||
                std::string_view{one->second} == std::string_view{other->second}) {
              return false;
            }
          }
        }
        return true;
      }(),
      "mapping: an enumeration's stored names stand for one value each");
};

/// INTEGER microseconds since the epoch.
template <>
struct Codec<Timestamp> {
  static constexpr StorageClass stored = StorageClass::integer;

  static void bind(const ParameterWriter& parameter, Timestamp value) noexcept {
    parameter.int64(value.microseconds());
  }
  static bool read(const ColumnReader& column, Timestamp& value) noexcept {
    const auto held = column.int64();
    if (!held) {
      return false;
    }
    value = Timestamp::from_microseconds(*held);
    return true;
  }
};

/// NULL or the value.
template <class Value>
struct Codec<std::optional<Value>> {
  static void bind(const ParameterWriter& parameter, const std::optional<Value>& value) {
    if (value) {
      Codec<Value>::bind(parameter, *value);
    } else {
      parameter.null();
    }
  }
  static bool read(const ColumnReader& column, std::optional<Value>& value) {
    if (column.is_null()) {
      value.reset();
      return true;
    }
    return Codec<Value>::read(column, value ? *value : value.emplace());
  }
};

namespace detail {

template <class Value>
inline constexpr bool is_optional = false;
template <class Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

/// The type behind an optional, or the type itself.
template <class Value>
struct Unwrapped {
  using Type = Value;
};
template <class Value>
struct Unwrapped<std::optional<Value>> {
  using Type = Value;
};

/// How all values of a member are stored, where its codec tells.
template <class Value>
constexpr std::optional<StorageClass> storage_class_of() noexcept {
  if constexpr (requires { Codec<Value>::stored; }) {
    return Codec<Value>::stored;
  } else {
    return std::nullopt;
  }
}

}  // namespace detail

/// Whether a member of this type can be mapped.
template <class Value>
concept Storable = requires(const ParameterWriter& parameter, const ColumnReader& column,
                            const Value& value, Value& member) {
  Codec<Value>::bind(parameter, value);
  { Codec<Value>::read(column, member) } -> std::same_as<bool>;
};

}  // namespace tenancy::inline v0
