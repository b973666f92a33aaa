#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/storage/detail/value_view.hpp"

namespace tenancy::inline v0::detail {

/// One SQL text with static storage duration. Its *address* is the key of the statement caches, so
/// that finding a prepared statement neither hashes nor formats text.
struct StaticSql {
  std::string_view text;
};

/// An SQL text that is written when it is first needed on a connection. Equal shapes must stand for
/// equal texts; values are no part of either. The shape is what the statement caches know it by.
///
/// Ownership: borrows all of it for one call.
struct ShapedSql {
  std::string_view shape;
  FunctionRef<std::string()> write;
  /// There may be any number of rows: they are taken one by one and not kept.
  bool is_unbounded = false;
};

/// A prepared statement of one connection.
///
/// A failed bind is remembered and reported by the next `step`. What was bound as text or blob is
/// borrowed until `reset`. Parameters count from 1, columns from 0. A column that holds another
/// type than the one asked for gives nothing.
///
/// Thread safety: confined to the thread that runs the transaction.
class TENANCY_API Statement {
 public:
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  virtual ~Statement() = default;

  virtual void bind_null(int parameter) noexcept = 0;
  virtual void bind_int64(int parameter, std::int64_t value) noexcept = 0;
  virtual void bind_text(int parameter, std::string_view value) noexcept = 0;
  virtual void bind_blob(int parameter, std::span<const std::byte> value) noexcept = 0;
  /// Binds these, and with what was bound before all that there are: parameters from `first` on.
  /// Each can be stored.
  virtual void bind_rest(int first, std::span<const ValueView> values) noexcept = 0;

  enum class Advance : std::uint8_t { row, done, failed };
  /// Runs to the next row or the end; what `step` does, for loops over many rows.
  virtual Advance advance() = 0;
  /// Why the last `advance` failed.
  [[nodiscard]] virtual Error failure() const = 0;
  /// True when it stands on a row, false when it is done.
  Result<bool> step() {
    const Advance advanced = advance();
    if (advanced == Advance::failed) [[unlikely]] {
      return failure();
    }
    return advanced == Advance::row;
  }
  /// Rows that the last finished INSERT, UPDATE or DELETE touched.
  [[nodiscard]] virtual std::int64_t changes() const noexcept = 0;

  /// The current row's first columns. What cannot be had is `impossible`; texts and blobs are valid
  /// until the next `step` or `reset`.
  virtual void read_columns(std::span<ValueView> columns) const noexcept = 0;

  [[nodiscard]] virtual bool is_null(int column) const noexcept = 0;
  [[nodiscard]] virtual std::optional<std::int64_t> int64(int column) const noexcept = 0;
  /// Valid until the next `step` or `reset`.
  [[nodiscard]] virtual std::optional<std::string_view> text(int column) const noexcept = 0;
  [[nodiscard]] virtual std::optional<std::span<const std::byte>> blob(
      int column) const noexcept = 0;

  /// Ends the execution. What was bound is not used again.
  virtual void reset() noexcept = 0;

  [[nodiscard]] virtual std::string_view sql() const noexcept = 0;

 protected:
  Statement() = default;
};

/// A statement in use; gives it back, clean, at the end.
class StatementLease {
 public:
  explicit StatementLease(Statement& statement) noexcept : statement_{&statement} {}
  StatementLease(StatementLease&& other) noexcept
      : statement_{std::exchange(other.statement_, nullptr)} {}
  StatementLease& operator=(StatementLease&&) = delete;
  StatementLease(const StatementLease&) = delete;
  StatementLease& operator=(const StatementLease&) = delete;
  ~StatementLease() {
    if (statement_ != nullptr) {
      statement_->reset();
    }
  }

  Statement* operator->() const noexcept { return statement_; }
  Statement& operator*() const noexcept { return *statement_; }

 private:
  Statement* statement_;
};

}  // namespace tenancy::inline v0::detail
