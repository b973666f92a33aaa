#include "migrate/catalogue.hpp"

#include <algorithm>

#include "migrate/read_catalogue.hpp"

namespace tenancy::inline v0::detail {

const CatalogueColumn* CatalogueTable::column(std::string_view name_of_it) const noexcept {
  const auto found = std::ranges::find_if(
      columns, [&](const auto& column) { return is_same_name(column.name, name_of_it); });
  return found == columns.end() ? nullptr : &*found;
}

bool CatalogueTable::is_row_number(const CatalogueColumn& column) const {
  return column.key_position == 1 && primary_key().size() == 1 &&
         is_same_name(column.type, "INTEGER") &&
         std::ranges::none_of(indexes, &CatalogueIndex::is_primary_key);
}

bool CatalogueTable::is_never_null(std::string_view name_of_it) const {
  const auto* const found = column(name_of_it);
  return found != nullptr && (found->is_not_null || is_row_number(*found));
}

std::vector<std::string> CatalogueTable::primary_key() const {
  std::vector<const CatalogueColumn*> parts;
  for (const CatalogueColumn& column : columns) {
    if (column.key_position > 0) {
      parts.push_back(&column);
    }
  }
  std::ranges::sort(parts, {}, &CatalogueColumn::key_position);
  std::vector<std::string> names;
  names.reserve(parts.size());
  for (const CatalogueColumn* const part : parts) {
    names.push_back(part->name);
  }
  return names;
}

const CatalogueTable* Catalogue::table(std::string_view name) const noexcept {
  // Most are named alike everywhere.
  if (const auto* const exact = find_table(tables, name)) {
    return exact;
  }
  const auto found = std::ranges::find_if(
      tables, [&](const auto& candidate) { return is_same_name(candidate.name, name); });
  return found == tables.end() ? nullptr : &*found;
}

Result<Catalogue> Catalogue::read(ControlSession& session) {
  return session.dialect() == Dialect::sqlite ? read_sqlite_catalogue(session)
                                              : read_postgres_catalogue(session);
}

}  // namespace tenancy::inline v0::detail
