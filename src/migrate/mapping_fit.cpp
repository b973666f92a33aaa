#include "migrate/mapping_fit.hpp"

#include <algorithm>

#include "migrate/reference_fault.hpp"
#include "migrate/table_kind.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Names = std::vector<std::string>;

/// Whether these are the tenant and the names behind it, in this order.
bool is_behind_tenant(const Names& columns, const Names& names) {
  return !columns.empty() && is_tenant_column(columns.front()) &&
         std::equal(columns.begin() + 1, columns.end(), names.begin(), names.end(), &is_same_name);
}

bool is_met_by(const Catalogue& catalogue, const ExpectedReference& expected,
               const CatalogueReference& reference) {
  const auto& pairs = reference.pairs;
  if (!is_same_name(reference.table, expected.table) ||
      expected.columns.size() != expected.to.size() ||
      pairs.size() != expected.columns.size() + 1 || !is_tenant_column(pairs.front().from) ||
      !is_tenant_column(target_of(catalogue, reference, 0))) {
    return false;
  }
  // Those behind the tenant may stand in any order.
  return std::ranges::equal(expected.columns, expected.to,
                            [&](std::string_view from, std::string_view to) {
                              for (std::size_t position = 1; position < pairs.size(); ++position) {
                                if (is_same_name(pairs[position].from, from) &&
                                    is_same_name(target_of(catalogue, reference, position), to)) {
                                  return true;
                                }
                              }
                              return false;
                            });
}

}  // namespace

bool has_key(const CatalogueTable& table, const Names& key) {
  const auto is_key = [&](const CatalogueIndex& index) {
    return index.is_unique && !index.is_partial && is_behind_tenant(index.columns, key);
  };
  const bool is_unique =
      is_behind_tenant(table.primary_key(), key) || std::ranges::any_of(table.indexes, is_key);
  return is_unique && table.is_never_null(tenant_column) &&
         std::ranges::all_of(key, [&](const auto& name) { return table.is_never_null(name); });
}

bool has_reference(const Catalogue& catalogue, const CatalogueTable& table,
                   const ExpectedReference& expected) {
  return std::ranges::any_of(table.references, [&](const CatalogueReference& reference) {
    return is_met_by(catalogue, expected, reference);
  });
}

}  // namespace tenancy::inline v0::detail
