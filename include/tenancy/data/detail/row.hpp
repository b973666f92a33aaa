#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "tenancy/core/export.hpp"
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
TENANCY_API Error unstorable(const EntityLayout& layout, std::size_t column);
/// The column holds what its member cannot.
TENANCY_API Error unreadable(const EntityLayout& layout, std::size_t column);

/// `not_found`, of a key that the caller gave.
TENANCY_API Error missing_row(const EntityLayout& layout);

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

template <std::size_t Index, Entity T>
bool read_column(const ValueView& value, T& row) {
  using Value = typename EntityTraits<T>::template Value<Index>;
  return Codec<Value>::read(ValueAccess::column(value),
                            EntityTraits<T>::template member<Index>(row));
}

/// Which column of a row could not be read.
template <Entity T>
[[gnu::cold]] std::size_t bad_column(const ValueView* values, T& row) {
  std::size_t bad = EntityTraits<T>::size;
  for_each_column<T>([&]<std::size_t Index>() {
    if (bad == EntityTraits<T>::size && !read_column<Index>(values[Index], row)) {
      bad = Index;
    }
  });
  return bad;
}

/// What became of reading a row: the column that could not be read, or one of these.
enum class RowOutcome : std::size_t {
  foreign = std::numeric_limits<std::size_t>::max() - 1,
  good = std::numeric_limits<std::size_t>::max(),
};

/// The error that an outcome other than `good` stands for. A foreign row ends the transaction.
TENANCY_API Error row_error(Session& session, const EntityLayout& layout,
                            const Statement& statement, RowOutcome outcome);

/// The row check, then the row. Column 0 is the row's tenant, read from the table and not taken
/// from the parameter, so that a wrong predicate, statement or index cannot go unnoticed. `Further`
/// columns behind the row's own are numbers, given to `further`.
template <Entity T, std::size_t Further = 0>
RowOutcome read_row(const Session& session, const Statement& statement, T& row,
                    std::array<std::int64_t, Further>* further = nullptr) {
  using Traits = EntityTraits<T>;
  std::array<ValueView, Traits::size + 1 + Further> values;
  statement.read_columns(values);
  if (values[0].type() != ValueType::int64 || values[0].int64() != session.tenant_value())
      [[unlikely]] {
    return RowOutcome::foreign;
  }
  const bool is_good = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    // All of them, which costs less than asking after each.
    bool all_good = true;
    ((all_good &= read_column<Index>(values[Index + 1], row)), ...);
    return all_good;
  }(std::make_index_sequence<Traits::size>{});
  if (!is_good) [[unlikely]] {
    return RowOutcome{bad_column<T>(values.data() + 1, row)};
  }
  for (std::size_t i = 0; i < Further; ++i) {
    const ValueView& value = values[Traits::size + 1 + i];
    if (value.type() != ValueType::int64) [[unlikely]] {
      return RowOutcome{Traits::size};
    }
    (*further)[i] = value.int64();
  }
  return RowOutcome::good;
}

/// The same as a result. Errors: `isolation_violation`, `invalid_row`.
template <Entity T, std::size_t Further = 0>
Result<void> decode_row(Session& session, const Statement& statement, T& row,
                        std::array<std::int64_t, Further>* further = nullptr) {
  const RowOutcome outcome = read_row(session, statement, row, further);
  if (outcome != RowOutcome::good) [[unlikely]] {
    return row_error(session, EntityTraits<T>::layout, statement, outcome);
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
