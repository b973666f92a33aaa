#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tenancy/storage/detail/value_view.hpp"

namespace tenancy::inline v0 {

namespace detail {
struct ValueAccess;
}

/// The one parameter of a statement that a value goes to.
///
/// Isolation: reaches this parameter only, and the library never makes one for the tenant's. One
/// that is left alone makes the operation fail.
/// Ownership: passed on by reference only; text and blobs are borrowed until the statement has run.
/// Thread safety: confined to the thread that runs the transaction.
class ParameterWriter {
 public:
  ParameterWriter(const ParameterWriter&) = delete;
  ParameterWriter& operator=(const ParameterWriter&) = delete;
  ~ParameterWriter() = default;

  void null() const noexcept { value_ = detail::ValueView::null(); }
  void int64(std::int64_t value) const noexcept { value_ = detail::ValueView::int64(value); }
  /// Not-a-number has no stored form.
  void real(double value) const noexcept {
    value_ = value == value ? detail::ValueView::real(value) : detail::ValueView::impossible();
  }
  void text(std::string_view value) const noexcept { value_ = detail::ValueView::text(value); }
  void blob(std::span<const std::byte> value) const noexcept {
    value_ = detail::ValueView::blob(value);
  }
  /// Text that need not outlive the call.
  void copied_text(std::string_view value) const { text(copies_.emplace_front(value)); }
  /// There is no stored form of the value: the operation fails with `invalid_value`.
  void impossible() const noexcept { value_ = detail::ValueView::impossible(); }

 private:
  friend struct detail::ValueAccess;
  ParameterWriter(detail::ValueView& value, std::forward_list<std::string>& copies) noexcept
      : value_{value}, copies_{copies} {}

  detail::ValueView& value_;
  std::forward_list<std::string>& copies_;
};

/// The one column of the current row that a value comes from. A column that holds another type than
/// the one asked for gives nothing; nothing is converted.
///
/// Ownership: passed on by reference only; views are valid while the codec reads, and are copied
/// into the member.
/// Thread safety: confined to the thread that runs the transaction.
class ColumnReader {
 public:
  ColumnReader(const ColumnReader&) = delete;
  ColumnReader& operator=(const ColumnReader&) = delete;
  ~ColumnReader() = default;

  [[nodiscard]] bool is_null() const noexcept { return value_.type() == detail::ValueType::null; }
  [[nodiscard]] std::optional<std::int64_t> int64() const noexcept {
    return value_.type() == detail::ValueType::int64 ? std::optional{value_.int64()} : std::nullopt;
  }
  [[nodiscard]] std::optional<double> real() const noexcept {
    return value_.type() == detail::ValueType::real ? std::optional{value_.real()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> text() const noexcept {
    return value_.type() == detail::ValueType::text ? std::optional{value_.bytes()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> blob() const noexcept {
    return value_.type() == detail::ValueType::blob ? std::optional{value_.blob()} : std::nullopt;
  }

 private:
  friend struct detail::ValueAccess;
  explicit ColumnReader(const detail::ValueView& value) noexcept : value_{value} {}

  const detail::ValueView& value_;
};

namespace detail {

/// Makes writers and readers, for the library's own templates.
struct ValueAccess {
  static ParameterWriter parameter(ValueView& value,
                                   std::forward_list<std::string>& copies) noexcept {
    return ParameterWriter{value, copies};
  }
  static ColumnReader column(const ValueView& value) noexcept { return ColumnReader{value}; }
};

}  // namespace detail

}  // namespace tenancy::inline v0
