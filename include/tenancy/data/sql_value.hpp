#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/storage/detail/value_view.hpp"

namespace tenancy::inline v0 {

/// A value that a query takes or gives: NULL, an integer, a real number, text or bytes.
///
/// Thread safety: thread-compatible.
class SqlValue {
 public:
  using Bytes = std::vector<std::byte>;

  /// NULL.
  SqlValue() noexcept = default;
  SqlValue(std::nullptr_t) noexcept {}
  template <std::signed_integral Integer>
  SqlValue(Integer value) noexcept : value_{static_cast<std::int64_t>(value)} {}
  /// 1 or 0.
  SqlValue(bool value) noexcept : value_{static_cast<std::int64_t>(value)} {}
  /// Not-a-number is NULL.
  SqlValue(double value) noexcept {
    if (value == value) {
      value_ = value;
    }
  }
  SqlValue(std::string value) noexcept : value_{std::move(value)} {}
  SqlValue(std::string_view value) : value_{std::string{value}} {}
  SqlValue(const char* value) : value_{std::string{value}} {}
  SqlValue(Bytes value) noexcept : value_{std::move(value)} {}
  /// NULL when empty.
  template <class Value>
  SqlValue(const std::optional<Value>& value) {
    if (value) {
      *this = SqlValue{*value};
    }
  }

  [[nodiscard]] bool is_null() const noexcept {
    return std::holds_alternative<std::monostate>(value_);
  }
  // Each gives nothing for a value of another type; nothing is converted.
  [[nodiscard]] std::optional<std::int64_t> int64() const noexcept { return get<std::int64_t>(); }
  [[nodiscard]] std::optional<double> real() const noexcept { return get<double>(); }
  /// Valid as long as the value.
  [[nodiscard]] std::optional<std::string_view> text() const noexcept {
    const auto* const held = std::get_if<std::string>(&value_);
    return held == nullptr ? std::nullopt : std::optional<std::string_view>{*held};
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> blob() const noexcept {
    const auto* const held = std::get_if<Bytes>(&value_);
    return held == nullptr ? std::nullopt : std::optional<std::span<const std::byte>>{*held};
  }

  friend bool operator==(const SqlValue&, const SqlValue&) = default;

  /// For the library: borrows from the value.
  [[nodiscard]] TENANCY_API detail::ValueView view() const noexcept;
  [[nodiscard]] TENANCY_API static SqlValue of(const detail::ValueView& value);

 private:
  template <class Value>
  [[nodiscard]] std::optional<Value> get() const noexcept {
    const auto* const held = std::get_if<Value>(&value_);
    return held == nullptr ? std::nullopt : std::optional{*held};
  }

  std::variant<std::monostate, std::int64_t, double, std::string, Bytes> value_;
};

/// The values of a query's parameters: by place, or by the names that they have in the text.
///
///     {"active", 10}                                          for  status = ? ... LIMIT ?
///     SqlParameters::named({{":status", "active"}})           for  status = :status
///
/// Every parameter needs a value, and every value a parameter.
/// Thread safety: thread-compatible.
class SqlParameters {
 public:
  SqlParameters() = default;
  SqlParameters(std::initializer_list<SqlValue> values) {
    for (const SqlValue& value : values) {
      values_.emplace_back(std::string{}, value);
    }
  }
  explicit SqlParameters(std::vector<SqlValue> values) {
    for (SqlValue& value : values) {
      values_.emplace_back(std::string{}, std::move(value));
    }
  }
  static SqlParameters named(std::initializer_list<std::pair<std::string, SqlValue>> values) {
    SqlParameters parameters;
    parameters.values_.assign(values.begin(), values.end());
    return parameters;
  }
  static SqlParameters named(std::vector<std::pair<std::string, SqlValue>> values) {
    SqlParameters parameters;
    parameters.values_ = std::move(values);
    return parameters;
  }

  /// Names, which are empty for values by place, and values.
  [[nodiscard]] const std::vector<std::pair<std::string, SqlValue>>& values() const noexcept {
    return values_;
  }

 private:
  std::vector<std::pair<std::string, SqlValue>> values_;
};

}  // namespace tenancy::inline v0
