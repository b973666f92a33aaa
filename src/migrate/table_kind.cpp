#include "migrate/table_kind.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tenancy::inline v0::detail {
namespace {

bool lists(const std::vector<std::string>& names, std::string_view name) noexcept {
  return std::ranges::any_of(names, [&](const auto& listed) { return is_same_name(listed, name); });
}

}  // namespace

bool is_tenant_column(std::string_view name) noexcept { return is_same_name(name, tenant_column); }

bool has_control_name(std::string_view name) noexcept {
  constexpr std::string_view prefix = "tenancy_";
  return is_same_name(name.substr(0, prefix.size()), prefix);
}

TableKind kind_of(const CatalogueTable& table, const SchemaPolicy& policy) noexcept {
  if (has_control_name(table.name)) {
    return TableKind::control;
  }
  if (lists(policy.unsafe_tables, table.name)) {
    return TableKind::unchecked;
  }
  if (table.is_virtual) {
    return TableKind::unclassified;
  }
  if (lists(policy.shared_tables, table.name)) {
    return TableKind::shared;
  }
  return table.column(tenant_column) != nullptr ? TableKind::tenant : TableKind::unclassified;
}

}  // namespace tenancy::inline v0::detail
