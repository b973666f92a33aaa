#include "tenancy/data/detail/query_code.hpp"

#include <algorithm>
#include <iterator>

namespace tenancy::inline v0::detail {
namespace {

/// Sets are written for so many values that are a power of two, so that their lengths make few
/// shapes; the last value is repeated.
std::size_t padded_size(std::size_t size) noexcept {
  std::size_t padded = 1;
  while (padded < size) {
    padded *= 2;
  }
  return padded;
}

/// Of how many values: none, or one more than the exponent of the power of two.
char exponent_of(std::size_t size) noexcept {
  char exponent = '\0';
  for (; size > 0; size /= 2) {
    ++exponent;
  }
  return exponent;
}

void append(std::vector<OwnedValue>& to, std::vector<OwnedValue> values) {
  if (to.empty()) {
    to = std::move(values);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(values.begin()),
            std::make_move_iterator(values.end()));
}

}  // namespace

void PredicateCode::compare(Operator what, std::size_t column, std::vector<OwnedValue> values) {
  ++comparisons_;
  for (const OwnedValue& value : values) {
    has_bad_value_ = has_bad_value_ || !value.view().is_storable();
  }
  shape_ += static_cast<char>(what);
  shape_ += static_cast<char>(static_cast<unsigned char>(column));
  if (what == Operator::in) {
    if (values.size() > max_values) {
      has_long_set_ = true;
      values.clear();
    }
    if (!values.empty()) {
      values.resize(padded_size(values.size()), OwnedValue{values.back()});
    }
    shape_ += exponent_of(values.size());
  }
  append(values_, std::move(values));
}

void PredicateCode::find_in(const std::vector<std::uint8_t>& columns,
                            std::vector<OwnedValue> rows) {
  ++comparisons_;
  for (const OwnedValue& value : rows) {
    has_bad_value_ = has_bad_value_ || !value.view().is_storable();
  }
  const std::size_t padded = padded_size(rows.size() / columns.size()) * columns.size();
  rows.reserve(padded);
  while (rows.size() < padded) {
    rows.push_back(rows[rows.size() - columns.size()]);
  }
  shape_ += static_cast<char>(Operator::rows_in);
  shape_ += static_cast<char>(static_cast<unsigned char>(columns.size()));
  for (const std::uint8_t column : columns) {
    shape_ += static_cast<char>(column);
  }
  shape_ += exponent_of(padded / columns.size());
  append(values_, std::move(rows));
}

namespace {

/// Counts the values of a shape and notes those that are bounds.
class BoundFinder {
 public:
  explicit BoundFinder(std::string_view shape) noexcept : shape_{shape} {}

  std::vector<std::size_t> find() && {
    while (!shape_.empty()) {
      take();
    }
    return std::move(bounds_);
  }

 private:
  std::size_t next() {
    const auto byte = static_cast<unsigned char>(shape_.front());
    shape_.remove_prefix(1);
    return byte;
  }
  std::size_t next_count() {
    const std::size_t exponent = next();
    return exponent == 0 ? 0 : std::size_t{1} << (exponent - 1);
  }

  /// Operators that join stand before their sides, which follow by themselves.
  void take() {
    switch (static_cast<Operator>(next())) {
      case Operator::always:
      case Operator::both:
      case Operator::either:
      case Operator::negation:
        return;
      case Operator::rows_in: {
        const std::size_t columns = next();
        shape_.remove_prefix(columns);
        values_ += columns * next_count();
        return;
      }
      case Operator::is_null:
        next();
        return;
      case Operator::in:
        next();
        values_ += next_count();
        return;
      case Operator::between:
        next();
        values_ += 2;
        return;
      case Operator::prefix:
        next();
        bounds_.push_back(values_ + 1);
        values_ += 2;
        return;
      default:
        next();
        ++values_;
        return;
    }
  }

  std::string_view shape_;
  std::size_t values_ = 0;
  std::vector<std::size_t> bounds_;
};

}  // namespace

std::vector<std::size_t> PredicateCode::bounds() const { return BoundFinder{shape_}.find(); }

void PredicateCode::combine(Operator what, PredicateCode other) {
  comparisons_ += other.comparisons_;
  has_bad_value_ = has_bad_value_ || other.has_bad_value_;
  has_long_set_ = has_long_set_ || other.has_long_set_;
  if (other.is_empty()) {
    return;
  }
  if (is_empty()) {
    shape_ = std::move(other.shape_);
    values_ = std::move(other.values_);
    depth_ = other.depth_;
    return;
  }
  const auto depth_as_side = [what](const PredicateCode& side) {
    const bool goes_on = side.shape_.front() == static_cast<char>(what);
    return side.depth_ + (goes_on ? std::size_t{0} : std::size_t{1});
  };
  depth_ = std::max(depth_as_side(*this), depth_as_side(other));
  shape_.insert(shape_.begin(), static_cast<char>(what));
  shape_ += other.shape_;
  append(values_, std::move(other.values_));
}

void PredicateCode::negate() {
  constexpr char negation = static_cast<char>(Operator::negation);
  if (is_empty()) {
    shape_ = static_cast<char>(Operator::always);
  }
  if (shape_.front() == negation) {
    shape_.erase(shape_.begin());
    --depth_;
    // The contrary of the contrary of nothing asks nothing again.
    if (shape_.front() == static_cast<char>(Operator::always)) {
      shape_.clear();
    }
  } else {
    ++depth_;
    shape_.insert(shape_.begin(), negation);
  }
}

Result<void> PredicateCode::check(std::string_view table) const {
  if (comparisons_ > max_comparisons || shape_.size() > 10 * max_comparisons) {
    return Error{errc::invalid_argument,
                 "a query of " + std::string{table} + " compares columns more than 100 times"};
  }
  if (depth_ > max_depth) {
    return Error{errc::invalid_argument,
                 "a query of " + std::string{table} + " nests conditions more than 20 deep"};
  }
  if (has_long_set_) {
    return Error{errc::invalid_argument,
                 "a query of " + std::string{table} + " has a set of more than 500 values"};
  }
  if (values_.size() > 10'000) {
    return Error{errc::invalid_argument,
                 "a query of " + std::string{table} + " has more than 10,000 values"};
  }
  if (has_bad_value_) {
    return Error{errc::invalid_value,
                 "a query of " + std::string{table} +
                     " compares a column with a value that none can hold, or with a pattern that "
                     "holds a NUL or is longer than 250 bytes"};
  }
  return success();
}

Result<void> QueryCode::check(std::string_view table) const {
  if (order.size() > max_sort_columns) {
    return Error{errc::invalid_argument,
                 "a query of " + std::string{table} + " sorts by more than 8 columns"};
  }
  return predicate.check(table);
}

std::string escaped_pattern(std::string_view text) {
  std::string pattern;
  pattern.reserve(text.size());
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern;
}

std::vector<OwnedValue> pattern_values(std::string_view pattern) {
  const bool is_good =
      pattern.size() <= PredicateCode::max_pattern && pattern.find('\0') == std::string_view::npos;
  std::vector<OwnedValue> values;
  values.emplace_back(is_good ? ValueView::text(pattern) : ValueView::impossible());
  return values;
}

std::pair<Operator, std::vector<OwnedValue>> prefix_comparison(std::string_view prefix) {
  std::vector<OwnedValue> values;
  values.emplace_back(ValueView::text(prefix));
  std::string behind{prefix};
  while (!behind.empty() && static_cast<unsigned char>(behind.back()) == 0xFF) {
    behind.pop_back();
  }
  if (behind.empty()) {
    return {Operator::prefix_to_end, std::move(values)};
  }
  behind.back() = static_cast<char>(static_cast<unsigned char>(behind.back()) + 1);
  values.emplace_back(ValueView::text(behind));
  return {Operator::prefix, std::move(values)};
}

}  // namespace tenancy::inline v0::detail
