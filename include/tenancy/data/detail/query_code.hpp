#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/storage/detail/value_view.hpp"

namespace tenancy::inline v0::detail {

/// What a predicate asks of a column, or of one or two predicates. As characters they make up the
/// shape of a predicate: an operator stands before what it works on.
enum class Operator : char {
  always = 'T',
  equal = '=',
  not_equal = '!',
  less = '<',
  less_or_equal = 'l',
  greater = '>',
  greater_or_equal = 'g',
  between = 'b',
  in = 'i',
  rows_in = 'I',  ///< Several columns, one of several rows of values.
  like = 'L',
  prefix = 'p',         ///< With the least text behind all that begin so.
  prefix_to_end = 'P',  ///< When there is no such text.
  is_null = 'N',
  both = '&',
  either = '|',
  negation = '~',
};

/// A predicate without the type it is of: its shape, and the values in the order of their
/// parameters.
class TENANCY_API PredicateCode {
 public:
  /// At most so many columns are compared in a query, and a set holds so many values.
  static constexpr std::size_t max_comparisons = 100;
  static constexpr std::size_t max_values = 500;
  /// How deep operators stand in operators of another kind.
  static constexpr std::size_t max_depth = 20;
  static constexpr std::size_t max_pattern = 250;

  /// Asks nothing: holds for every row.
  PredicateCode() = default;

  /// Only of an empty one.
  void compare(Operator what, std::size_t column, std::vector<OwnedValue> values);
  /// Only of an empty one: these columns have the values of one of these rows, of which there is at
  /// least one and at most `max_values`.
  void find_in(const std::vector<std::uint8_t>& columns, std::vector<OwnedValue> rows);
  /// An empty one drops out.
  void combine(Operator what, PredicateCode other);
  void negate();

  [[nodiscard]] bool is_empty() const noexcept { return shape_.empty(); }
  [[nodiscard]] std::string_view shape() const noexcept { return shape_; }
  [[nodiscard]] const std::vector<OwnedValue>& values() const noexcept { return values_; }
  /// Which of the values are bounds of prefixes: rows are compared with them, but none is equal.
  [[nodiscard]] std::vector<std::size_t> bounds() const;

  /// Errors: `invalid_argument` for too large a predicate; `invalid_value`.
  [[nodiscard]] Result<void> check(std::string_view table) const;

 private:
  std::string shape_;
  std::vector<OwnedValue> values_;
  std::size_t comparisons_ = 0;
  std::size_t depth_ = 0;
  bool has_bad_value_ = false;
  bool has_long_set_ = false;
};

/// A column in an order.
struct SortColumn {
  std::uint8_t column;
  bool descends;
};

/// A query without the type it is of.
struct TENANCY_API QueryCode {
  static constexpr std::size_t max_sort_columns = 8;

  PredicateCode predicate = {};
  std::vector<SortColumn> order = {};

  /// Errors: as the predicate's; `invalid_argument` for too many columns in the order.
  [[nodiscard]] Result<void> check(std::string_view table) const;
};

/// A text in which what `like` gives a meaning stands for itself.
TENANCY_API std::string escaped_pattern(std::string_view text);

/// The values of a pattern of LIKE. The engine reads them up to a NUL: such a text, and one that is
/// too long, has no stored form.
TENANCY_API std::vector<OwnedValue> pattern_values(std::string_view pattern);

/// How to ask for the texts that begin so.
TENANCY_API std::pair<Operator, std::vector<OwnedValue>> prefix_comparison(std::string_view prefix);

}  // namespace tenancy::inline v0::detail
