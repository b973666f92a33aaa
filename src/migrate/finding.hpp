#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/table_mender.hpp"

namespace tenancy::inline v0::detail {

/// `'name'`, for messages.
inline std::string in_quotes(std::string_view name) { return "'" + std::string{name} + "'"; }

inline Remedy by_sql(std::string text) { return {RemedyKind::sql, std::move(text)}; }
inline Remedy by_policy(std::string text) { return {RemedyKind::policy, std::move(text)}; }
inline Remedy by_mapping(std::string text) { return {RemedyKind::mapping, std::move(text)}; }

inline Remedy by_hand(std::string text) { return {RemedyKind::by_hand, std::move(text)}; }

/// To build the table anew.
inline Remedy by_rebuild(const TableMender& mender, const CatalogueTable& table,
                         Mending extent = Mending::refused) {
  auto script = mender.rebuild(table, extent);
  if (script.empty()) {
    return {
        RemedyKind::by_hand,
        "Make a table of the right shape, for example by create_tenant_table, copy the rows of " +
            in_quotes(table.name) + " into it, drop that one, and rename."};
  }
  return by_sql(std::move(script));
}

}  // namespace tenancy::inline v0::detail
