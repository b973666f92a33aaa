#pragma once

#include <array>
#include <cstddef>
#include <forward_list>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/storage/detail/session.hpp"
#include "tenancy/storage/value.hpp"

namespace tenancy::inline v0::detail {

/// Calls `visit.operator()<Index>()` for each column of the mapping, in order.
template <Entity T, class Visit>
constexpr void for_each_column(Visit&& visit) {
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (visit.template operator()<Index>(), ...);
  }(std::make_index_sequence<EntityTraits<T>::size>{});
}

/// The column's value has no stored form, or its codec said nothing.
Error unstorable(const EntityLayout& layout, std::size_t column);
/// The column holds what its member cannot.
Error unreadable(const EntityLayout& layout, std::size_t column);

/// The values of a statement's parameters behind the tenant's, from codecs.
template <Entity T, std::size_t Size>
class RowParameters {
  using Traits = EntityTraits<T>;

 public:
  template <std::size_t Column>
  void add(const T& row) {
    add_as<typename Traits::template Value<Column>>(Column, Traits::template member<Column>(row));
  }
  /// All parts of a key.
  void add_key(const typename Traits::KeyArgument& key) {
    if constexpr (Traits::keys.size() == 1) {
      add_key_part<0>(key);
    } else {
      [&]<std::size_t... Part>(std::index_sequence<Part...>) {
        (add_key_part<Part>(std::get<Part>(key)), ...);
      }(std::make_index_sequence<Traits::keys.size()>{});
    }
  }
  void add_number(std::int64_t number) { values_[count_++] = ValueView::int64(number); }

  template <class Value, class Argument>
  void add_as(std::size_t column, const Argument& argument) {
    ValueView& value = values_[count_++];
    Codec<Value>::bind(ValueAccess::parameter(value, copies_), argument);
    if (!value.is_storable()) [[unlikely]] {
      bad_ = std::min(bad_, column);
    }
  }

  /// Errors: `invalid_value`.
  [[nodiscard]] Result<void> bind(Statement& statement) const {
    TENANCY_ASSERT(count_ == Size, "a statement's parameters are incomplete");
    if (bad_ != Traits::size) [[unlikely]] {
      return unstorable(Traits::layout, bad_);
    }
    statement.bind_rest(2, values_);
    return success();
  }

 private:
  template <std::size_t Part, class Argument>
  void add_key_part(const Argument& argument) {
    constexpr std::size_t column = Traits::keys[Part];
    add_as<typename KeyForm<typename Traits::template Value<column>>::Bound>(column, argument);
  }

  std::array<ValueView, Size> values_{};
  std::forward_list<std::string> copies_;
  std::size_t count_ = 0;
  std::size_t bad_ = Traits::size;
};

/// The row check, then the row. Column 0 is the row's tenant, read from the table and not taken
/// from the parameter, so that a wrong predicate, statement or index cannot go unnoticed. `Further`
/// columns behind the row's own are numbers, given to `further`.
template <Entity T, std::size_t Further = 0>
Result<void> decode_row(Session& session, const Statement& statement, T& row,
                        std::array<std::int64_t, Further>* further = nullptr) {
  using Traits = EntityTraits<T>;
  std::array<ValueView, Traits::size + 1 + Further> values;
  statement.read_columns(values);
  if (values[0].type() != ValueType::int64 || values[0].int64() != session.tenant_value())
      [[unlikely]] {
    return session.report_foreign_row(statement);
  }
  std::size_t bad = Traits::size;
  for_each_column<T>([&]<std::size_t Index>() {
    using Value = typename Traits::template Value<Index>;
    if (!Codec<Value>::read(ValueAccess::column(values[Index + 1]),
                            Traits::template member<Index>(row))) [[unlikely]] {
      bad = std::min(bad, Index);
    }
  });
  if (bad != Traits::size) [[unlikely]] {
    return unreadable(Traits::layout, bad);
  }
  for (std::size_t i = 0; i < Further; ++i) {
    const ValueView& value = values[Traits::size + 1 + i];
    if (value.type() != ValueType::int64) [[unlikely]] {
      return unreadable(Traits::layout, Traits::size);
    }
    (*further)[i] = value.int64();
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
