#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tenancy/data/detail/entity_layout.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/data/detail/row.hpp"
#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

/// The mapping of a type with the tenant as one column more, behind its own, and in front of its
/// keys: among all tenants' rows both make a row's key.
template <Entity T>
struct CrossingLayout {
  using Traits = EntityTraits<T>;

  /// Which column the tenant is.
  static constexpr std::size_t tenant = Traits::size;

  static constexpr auto names = [] {
    std::array<std::string_view, Traits::size + 1> all{};
    std::ranges::copy(Traits::names, all.begin());
    all.back() = "tenant_id";
    return all;
  }();
  static constexpr auto keys = [] {
    std::array<std::size_t, Traits::keys.size() + 1> all{};
    all.front() = tenant;
    std::ranges::copy(Traits::keys, all.begin() + 1);
    return all;
  }();
  static constexpr auto nullable = [] {
    std::array<bool, Traits::size + 1> all{};
    std::ranges::copy(Traits::nullable, all.begin());
    return all;
  }();
  static constexpr EntityLayout layout{Traits::table, names, keys,
                                       nullable,      {},    Reach::all_tenants};
};

/// The row, without its tenant, from a statement over all tenants' rows.
template <Entity T>
RowOutcome read_row_of_any(const Statement& statement, T& row) {
  using Traits = EntityTraits<T>;
  std::array<ValueView, Traits::size + 1> values;
  statement.read_columns(values);
  const bool is_good = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    return (read_column<Index>(values[Index + 1], row) && ...);
  }(std::make_index_sequence<Traits::size>{});
  return is_good ? RowOutcome::good : RowOutcome{bad_column<T>(values.data() + 1, row)};
}

}  // namespace tenancy::inline v0::detail
