#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/data/detail/entity_layout.hpp"
#include "tenancy/data/detail/query_code.hpp"
#include "tenancy/storage/detail/crossing_session.hpp"
#include "tenancy/storage/detail/session.hpp"

namespace tenancy::inline v0::detail {

class SqlText;

/// What a query is to give.
enum class Selection : char {
  rows = 'r',            ///< The tenant, then the entity's columns.
  versioned_rows = 'v',  ///< And the row's version.
  tenant = 't',          ///< The tenant alone, of one row.
  count = 'c',
  sum = 's',
  total = 'S',  ///< The sum of real numbers: 0 over none, NULL when it is not a number.
  least = 'm',
  greatest = 'M',
  erasure = 'E',  ///< Nothing: the rows are removed.
};

/// A statement that a query runs, with all its values bound.
///
/// Its parameters are the tenant, the parents' keys, the predicate's values, those of a place to go
/// on from, the limit and the offset.
class TENANCY_API Select {
 public:
  static constexpr std::size_t no_column = 255;

  Select(const EntityLayout& layout, Selection what, const PredicateCode& predicate);

  /// Which column an aggregate is of.
  void of(std::size_t column) { column_ = column; }
  /// One row for each value of the column, which comes first, in their order.
  void group_by(std::size_t column) { group_ = column; }
  void order_by(std::vector<SortColumn> order) { order_ = std::move(order); }
  /// Rows behind this one, whose values of the columns of the order these are.
  void behind(std::vector<OwnedValue> place) { place_ = std::move(place); }
  void limit(std::int64_t rows) { limit_ = rows; }
  /// At least so many, for whoever reads no further than it needs: one of few sizes, so that
  /// PostgreSQL has the number in the text. A parameter its planner takes for a tenth of all rows,
  /// and makes a plan for each call.
  void limit_about(std::int64_t rows);
  /// The limit is for each parent: of those whose columns have the values of one of these keys, the
  /// first in the order. Each key stands as many values behind one another.
  void for_each_parent(std::vector<std::uint8_t> columns, std::vector<OwnedValue> keys);
  /// Only beside a limit.
  void skip(std::int64_t rows) { offset_ = rows; }

  /// Borrows the values of this and of the predicate until the lease ends.
  Result<StatementLease> prepare(Session& session) const;
  /// Of a layout that reaches all tenants.
  Result<StatementLease> prepare(CrossingSession& session) const;

 private:
  // Its instances are the library's own, and not what the class exports.
  template <class Sql>
  [[gnu::visibility("hidden")]] Result<StatementLease> prepare_in(auto& session) const;
  [[nodiscard]] std::string shape(Dialect dialect) const;
  [[nodiscard]] std::string sql(Dialect dialect) const;
  /// Of any number of rows.
  [[nodiscard]] bool is_unbounded() const noexcept {
    return (what_ == Selection::rows || what_ == Selection::versioned_rows) && !limit_;
  }
  void write_first_parent(SqlText& sql) const;
  void write_limited_by_parent(SqlText& sql, Dialect dialect) const;
  void write_parents_of_row(SqlText& sql) const;
  void write_condition(SqlText& sql) const;
  void write_order(SqlText& sql) const;
  void write_limit(SqlText& sql, Dialect dialect) const;
  [[nodiscard]] bool has_limit_in_text(Dialect dialect) const noexcept {
    return is_limit_rounded_ && dialect == Dialect::postgresql;
  }

  const EntityLayout& layout_;
  Selection what_;
  const PredicateCode& predicate_;
  std::size_t column_ = no_column;
  std::size_t group_ = no_column;
  std::vector<std::uint8_t> parent_columns_;
  std::vector<OwnedValue> parent_keys_;
  std::vector<SortColumn> order_;
  std::optional<std::vector<OwnedValue>> place_;
  std::optional<std::int64_t> limit_;
  bool is_limit_rounded_ = false;
  std::optional<std::int64_t> offset_;
};

}  // namespace tenancy::inline v0::detail
