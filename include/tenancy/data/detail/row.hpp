#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "tenancy/data/detail/entity_sql.hpp"
#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/storage/detail/session.hpp"

namespace tenancy::inline v0::detail {

/// Calls `visit.operator()<Index>()` for each column of the mapping, in order.
template <Entity T, class Visit>
constexpr void for_each_column(Visit&& visit) {
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (visit.template operator()<Index>(), ...);
  }(std::make_index_sequence<EntityTraits<T>::size>{});
}

/// Binds the chosen columns of a row where INSERT and UPDATE expect them.
template <Entity T, class Choose>
void bind_columns(const T& row, Statement& statement, Choose choose) {
  for_each_column<T>([&]<std::size_t Index>() {
    if (choose(Index)) {
      using Value = typename EntityTraits<T>::template Value<Index>;
      Codec<Value>::bind(ValueAccess::parameter(statement, EntitySql<T>::value_parameter(Index)),
                         EntityTraits<T>::template member<Index>(row));
    }
  });
}

/// The row check, then the row. Column 0 is the row's tenant, read from the table and not taken
/// from the parameter, so that a wrong predicate, statement or index cannot go unnoticed.
template <Entity T>
Result<void> decode_row(Session& session, const StaticSql& sql, const Statement& statement,
                        T& row) {
  const auto tenant = statement.int64(0);
  if (!tenant || *tenant != session.tenant_value()) [[unlikely]] {
    return session.report_foreign_row(sql);
  }
  std::size_t bad = EntityTraits<T>::size;
  for_each_column<T>([&]<std::size_t Index>() {
    using Value = typename EntityTraits<T>::template Value<Index>;
    if (bad == EntityTraits<T>::size &&
        !Codec<Value>::read(ValueAccess::column(statement, Index + 1),
                            EntityTraits<T>::template member<Index>(row))) {
      bad = Index;
    }
  });
  if (bad != EntityTraits<T>::size) [[unlikely]] {
    return Error{errc::invalid_row, "column " + std::string{EntityTraits<T>::names[bad]} + " of " +
                                        std::string{EntityTraits<T>::table} +
                                        " holds a value that its member cannot"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
