#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "tenancy/data/codec.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/detail/select.hpp"
#include "tenancy/data/field.hpp"

namespace tenancy::inline v0 {

namespace detail {

template <auto Member, Entity T>
constexpr std::size_t aggregated_column() noexcept {
  constexpr std::size_t column = EntityTraits<T>::template column_of<Member>();
  static_assert(column != EntityTraits<T>::size,
                "query: the member is not mapped to a column of this entity");
  return column;
}

}  // namespace detail

/// How many rows there are, as `std::int64_t`.
struct CountRows {
  using Value = std::int64_t;
  static constexpr auto selection = detail::Selection::count;
  template <Entity T>
  static constexpr std::size_t column() noexcept {
    return detail::Select::no_column;
  }
};
inline constexpr CountRows count_rows{};

/// The sum of a number over all rows where it is not NULL, as `std::int64_t` or `double`; 0 over
/// none. The query fails with `invalid_value` when 64 bits cannot hold it, or a part of it on the
/// way, and when infinities make it not a number.
template <auto Member>
struct SumOf {
  static_assert(detail::is_number<detail::ComparedOf<Member>>, "query: only numbers have a sum");
  using Value =
      std::conditional_t<std::same_as<detail::ComparedOf<Member>, double>, double, std::int64_t>;
  static constexpr auto selection =
      std::same_as<Value, double> ? detail::Selection::total : detail::Selection::sum;
  template <Entity T>
  static constexpr std::size_t column() noexcept {
    return detail::aggregated_column<Member, T>();
  }
};
template <auto Member>
inline constexpr SumOf<Member> sum_of{};

/// The least or the greatest value that is not NULL, as an optional of the member's type; nothing
/// over no rows. Use `min_of` and `max_of`.
template <auto Member, detail::Selection Which>
struct ExtremeOf {
  static_assert(detail::is_ordered<detail::ComparedOf<Member>>,
                "query: only numbers, texts, times and bytes are in an order");
  using Value = std::optional<detail::ComparedOf<Member>>;
  static constexpr auto selection = Which;
  template <Entity T>
  static constexpr std::size_t column() noexcept {
    return detail::aggregated_column<Member, T>();
  }
};
/// The least value.
template <auto Member>
inline constexpr ExtremeOf<Member, detail::Selection::least> min_of{};
/// The greatest.
template <auto Member>
inline constexpr ExtremeOf<Member, detail::Selection::greatest> max_of{};

/// The rows that have one value in a column, and an aggregate over them.
template <class Key, class Value>
struct Group {
  Key key;
  Value value;

  friend bool operator==(const Group&, const Group&) = default;
};

}  // namespace tenancy::inline v0
