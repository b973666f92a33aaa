#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0 {

namespace detail {
struct ValueAccess;
}

/// The one parameter of a statement that a value goes to.
///
/// Isolation: reaches this parameter only, and the library never makes one for the tenant's.
/// Ownership: borrows the statement, and is passed on by reference only; text and blobs are
/// borrowed until the statement has run. Thread safety: confined to the thread that runs the
/// transaction.
class ParameterWriter {
 public:
  ParameterWriter(const ParameterWriter&) = delete;
  ParameterWriter& operator=(const ParameterWriter&) = delete;
  ~ParameterWriter() = default;

  void null() const noexcept { statement_.bind_null(index_); }
  void int64(std::int64_t value) const noexcept { statement_.bind_int64(index_, value); }
  void real(double value) const noexcept { statement_.bind_real(index_, value); }
  void text(std::string_view value) const noexcept { statement_.bind_text(index_, value); }
  void blob(std::span<const std::byte> value) const noexcept {
    statement_.bind_blob(index_, value);
  }
  /// Text that need not outlive the call.
  void copied_text(std::string_view value) const noexcept {
    statement_.bind_copied_text(index_, value);
  }
  /// There is no stored form of the value: the statement fails with `constraint_violation`.
  void impossible() const noexcept { statement_.refuse_parameter(index_); }

 private:
  friend struct detail::ValueAccess;
  ParameterWriter(detail::Statement& statement, int index) noexcept
      : statement_{statement}, index_{index} {}

  detail::Statement& statement_;
  int index_;
};

/// The one column of the current row that a value comes from. A column that holds another type than
/// the one asked for gives nothing; nothing is converted.
///
/// Ownership: borrows the row, and is passed on by reference only; views are valid while the codec
/// reads, and are copied into the member.
/// Thread safety: confined to the thread that runs the transaction.
class ColumnReader {
 public:
  ColumnReader(const ColumnReader&) = delete;
  ColumnReader& operator=(const ColumnReader&) = delete;
  ~ColumnReader() = default;

  [[nodiscard]] bool is_null() const noexcept { return statement_.is_null(index_); }
  [[nodiscard]] std::optional<std::int64_t> int64() const noexcept {
    return statement_.int64(index_);
  }
  [[nodiscard]] std::optional<double> real() const noexcept { return statement_.real(index_); }
  [[nodiscard]] std::optional<std::string_view> text() const noexcept {
    return statement_.text(index_);
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> blob() const noexcept {
    return statement_.blob(index_);
  }

 private:
  friend struct detail::ValueAccess;
  ColumnReader(const detail::Statement& statement, int index) noexcept
      : statement_{statement}, index_{index} {}

  const detail::Statement& statement_;
  int index_;
};

namespace detail {

/// Makes writers and readers, for the library's own templates.
struct ValueAccess {
  static constexpr int tenant_parameter = 1;

  /// Never the tenant's parameter.
  static ParameterWriter parameter(Statement& statement, std::size_t index) noexcept {
    TENANCY_ASSERT(index > tenant_parameter, "the tenant's parameter is bound by the session");
    return ParameterWriter{statement, static_cast<int>(index)};
  }
  static ColumnReader column(const Statement& statement, std::size_t index) noexcept {
    return ColumnReader{statement, static_cast<int>(index)};
  }
};

}  // namespace detail

}  // namespace tenancy::inline v0
