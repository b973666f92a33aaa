#pragma once

#include <cstddef>
#include <utility>

#include "tenancy/data/detail/entity_traits.hpp"

namespace tenancy::inline v0::testing::detail {

/// The key of a row. Borrows from it.
template <Entity T>
typename tenancy::detail::EntityTraits<T>::KeyArgument key_of(const T& row) {
  using Traits = tenancy::detail::EntityTraits<T>;
  return [&]<std::size_t... Part>(std::index_sequence<Part...>) {
    return typename Traits::KeyArgument{Traits::template member<Traits::keys[Part]>(row)...};
  }(std::make_index_sequence<Traits::keys.size()>{});
}

/// The row under the key of another.
template <Entity T>
T with_key_of(T row, const T& from) {
  using Traits = tenancy::detail::EntityTraits<T>;
  [&]<std::size_t... Part>(std::index_sequence<Part...>) {
    ((Traits::template member<Traits::keys[Part]>(row) =
          Traits::template member<Traits::keys[Part]>(from)),
     ...);
  }(std::make_index_sequence<Traits::keys.size()>{});
  return row;
}

}  // namespace tenancy::inline v0::testing::detail
