#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/data/sql_value.hpp"
#include "tenancy/storage/sql_limits.hpp"
#include "tenancy/storage/store.hpp"

namespace tenancy::inline v0 {

/// What a query gave.
struct SqlTable {
  std::vector<std::string> columns = {};
  std::vector<std::vector<SqlValue>> rows = {};  ///< A value for each column.
};

/// A row while the query runs.
///
/// Ownership: passed on by reference only; valid during the visit.
class SqlRow {
 public:
  SqlRow(std::span<const std::string_view> columns,
         std::span<const detail::ValueView> values) noexcept
      : columns_{columns}, values_{values} {}
  SqlRow(const SqlRow&) = delete;
  SqlRow& operator=(const SqlRow&) = delete;
  ~SqlRow() = default;

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] std::string_view column(std::size_t index) const noexcept {
    return columns_[index];
  }
  // Each gives nothing for a value of another type.
  [[nodiscard]] bool is_null(std::size_t index) const noexcept {
    return values_[index].type() == detail::ValueType::null;
  }
  [[nodiscard]] std::optional<std::int64_t> int64(std::size_t index) const noexcept {
    const auto& value = values_[index];
    return value.type() == detail::ValueType::int64 ? std::optional{value.int64()} : std::nullopt;
  }
  [[nodiscard]] std::optional<double> real(std::size_t index) const noexcept {
    const auto& value = values_[index];
    return value.type() == detail::ValueType::real ? std::optional{value.real()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> text(std::size_t index) const noexcept {
    const auto& value = values_[index];
    return value.type() == detail::ValueType::text ? std::optional{value.bytes()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> blob(std::size_t index) const noexcept {
    const auto& value = values_[index];
    return value.type() == detail::ValueType::blob ? std::optional{value.blob()} : std::nullopt;
  }
  [[nodiscard]] SqlValue value(std::size_t index) const { return SqlValue::of(values_[index]); }

 private:
  std::span<const std::string_view> columns_;
  std::span<const detail::ValueView> values_;
};

/// A table that queries see.
struct SqlTableInfo {
  std::string name;
  std::vector<std::string> columns;
  bool is_shared;  ///< All tenants see the same rows.
};

/// Runs SQL that a tenant, or a report for it, has written: any one SELECT, with joins, common
/// table expressions, window functions, aggregates and JSON functions.
///
/// Isolation: a query sees the tables of tenants under their plain names with exactly the rows of
/// the context's tenant and without `tenant_id`, and the shared tables; it can name nothing else.
/// That holds for whatever the text is: docs/scoped-sql.md says how, what may be used, and what a
/// query cannot learn. Each query is a read transaction of its own, on connections apart from those
/// of repositories.
/// Ownership: shares the store.
/// Thread safety: thread-safe.
/// Errors: of each function those of `Store::read`, and `invalid_query` for a text that is no query
/// or names what it cannot see; `query_refused` for one that does something else than read, or
/// calls a function that is not on the list; `query_limit_exceeded`, about the limit, for one that
/// takes too much; `invalid_argument` for parameters that are not those of the text; on PostgreSQL
/// `not_supported` where there is no role for queries (`PostgresOptions::queries_url`) or the
/// database was not set up for them, `unsafe_role` for a role that may do more, and
/// `schema_mismatch` when what queries see is not what the store's schema calls for, until
/// `tenancy::migrate` has run. Messages about a query tell nothing of other tenants and hold no
/// stored value, so that they may be shown to whoever wrote it.
class TENANCY_API ScopedSql {
 public:
  ScopedSql(const Store& store, const TenantContext& context, const SqlLimits& limits = {},
            const CallOptions& options = {});

  /// All rows.
  Result<SqlTable> query(std::string_view text, const SqlParameters& parameters = {}) const;

  /// All rows as a JSON text: {"columns": [...], "rows": [[...], ...]}. Bytes are base64url texts,
  /// integers beyond 2^53 are numbers all the same, text that is not UTF-8 is repaired with U+FFFD,
  /// and infinities are null.
  Result<std::string> query_json(std::string_view text, const SqlParameters& parameters = {}) const;

  /// Gives each row to `visit` and keeps none. A failure ends the query and is the outcome. The
  /// query holds its connection and its snapshot as long: a visitor that is to wait for somebody,
  /// and further queries of the same tenant, which would wait for this one, come after it.
  Result<void> for_each(std::string_view text, const SqlParameters& parameters,
                        detail::FunctionRef<Result<void>(const SqlRow&)> visit) const;

  /// The tables that queries see now, by name; for those alone who may read.
  /// Errors: as `query`, but for those about a text.
  Result<std::vector<SqlTableInfo>> tables() const;

 private:
  Store store_;
  TenantContext context_;
  SqlLimits limits_;
  CallOptions options_;
};

}  // namespace tenancy::inline v0
