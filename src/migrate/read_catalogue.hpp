#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

Result<Catalogue> read_sqlite_catalogue(ControlSession& session);
Result<Catalogue> read_postgres_catalogue(ControlSession& session);

inline std::string text_of(const Statement& row, int column) {
  return std::string{row.text(column).value_or("")};
}

inline bool flag_of(const Statement& row, int column) { return row.int64(column).value_or(0) != 0; }

/// By its exact name, among those that are sorted by it; null when there is none.
auto find_table(auto& tables, std::string_view name) noexcept {
  const auto name_of = [](const auto& table) -> std::string_view { return table.name; };
  const auto found = std::ranges::lower_bound(tables, name, {}, name_of);
  return found != tables.end() && found->name == name ? &*found : nullptr;
}

}  // namespace tenancy::inline v0::detail
