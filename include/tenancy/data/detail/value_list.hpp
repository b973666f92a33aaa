#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/data/codec.hpp"
#include "tenancy/storage/detail/value_view.hpp"
#include "tenancy/storage/value.hpp"

namespace tenancy::inline v0::detail {

/// The value of a column that may have been given one.
class ColumnValue {
 public:
  template <class Value>
  void set(const Value& value) {
    ValueView view{};
    std::forward_list<std::string> copies;
    Codec<Value>::bind(ValueAccess::parameter(view, copies), value);
    value_.emplace(view);
  }
  [[nodiscard]] bool is_set() const noexcept { return value_.has_value(); }
  /// NULL when it was not.
  [[nodiscard]] ValueView view() const noexcept {
    return value_ ? value_->view() : ValueView::null();
  }

 private:
  std::optional<OwnedValue> value_;
};

/// Values of parameters whose number is known when the program runs.
class ValueList {
 public:
  static constexpr std::size_t no_column = std::numeric_limits<std::size_t>::max();

  void reserve(std::size_t size) { values_.reserve(size); }

  template <class Value, class Argument>
  void add_as(std::size_t column, const Argument& argument) {
    ValueView& value = values_.emplace_back(ValueView{});
    Codec<Value>::bind(ValueAccess::parameter(value, copies_), argument);
    note(column, value);
  }
  void add(std::size_t column, const ValueView& value) {
    values_.push_back(value);
    note(column, value);
  }
  void add_number(std::int64_t number) { values_.push_back(ValueView::int64(number)); }

  [[nodiscard]] const std::vector<ValueView>& values() const noexcept { return values_; }
  /// The first column whose value has no stored form, if any.
  [[nodiscard]] std::size_t bad_column() const noexcept { return bad_column_; }

 private:
  void note(std::size_t column, const ValueView& value) {
    if (!value.is_storable()) {
      bad_column_ = std::min(bad_column_, column);
    }
  }

  std::vector<ValueView> values_;
  std::forward_list<std::string> copies_;
  std::size_t bad_column_ = no_column;
};

}  // namespace tenancy::inline v0::detail
