#include "migrate/reference_fault.hpp"

#include <algorithm>

#include "migrate/table_kind.hpp"

namespace tenancy::inline v0::detail {
namespace {

bool sets(const std::string& action) noexcept { return action.starts_with("SET "); }

ReferenceFault fault_of_shared(const Catalogue& catalogue, const SchemaPolicy& policy,
                               const CatalogueReference& reference) {
  const auto* const parent = catalogue.table(reference.table);
  if (parent == nullptr) {
    return ReferenceFault::none;
  }
  const auto kind = kind_of(*parent, policy);
  return kind == TableKind::tenant || kind == TableKind::control ? ReferenceFault::leaves_shared
                                                                 : ReferenceFault::none;
}

}  // namespace

std::string target_of(const Catalogue& catalogue, const CatalogueReference& reference,
                      std::size_t position) {
  const auto& named = reference.pairs[position].to;
  const auto* const parent = named.empty() ? catalogue.table(reference.table) : nullptr;
  if (parent == nullptr) {
    return named;
  }
  const auto key = parent->primary_key();
  return position < key.size() ? key[position] : std::string{};
}

ReferenceFault fault_of(const Catalogue& catalogue, const SchemaPolicy& policy,
                        const CatalogueTable& table, const CatalogueReference& reference) {
  if (kind_of(table, policy) == TableKind::shared) {
    return fault_of_shared(catalogue, policy, reference);
  }
  const auto& pairs = reference.pairs;
  const bool has_tenant =
      std::ranges::any_of(pairs, [](const auto& pair) { return is_tenant_column(pair.from); });
  if (has_tenant && (sets(reference.on_delete) || sets(reference.on_update))) {
    return ReferenceFault::sets_tenant;
  }
  if (is_same_name(reference.table, tenants_table)) {
    const bool is_own = pairs.size() == 1 && is_tenant_column(pairs[0].from) &&
                        (pairs[0].to.empty() || is_tenant_column(pairs[0].to));
    return is_own ? ReferenceFault::none : ReferenceFault::other_tenant;
  }
  const auto* const parent = catalogue.table(reference.table);
  if (parent == nullptr) {
    return ReferenceFault::no_such_table;
  }
  switch (kind_of(*parent, policy)) {
    case TableKind::control:
      return ReferenceFault::control_table;
    case TableKind::tenant:
      return is_tenant_column(pairs[0].from) && is_tenant_column(target_of(catalogue, reference, 0))
                 ? ReferenceFault::none
                 : ReferenceFault::not_led_by_tenant;
    case TableKind::shared:
      return has_tenant ? ReferenceFault::pairs_tenant : ReferenceFault::none;
    default:
      return ReferenceFault::none;
  }
}

bool holds_tenant(const Catalogue& catalogue, const SchemaPolicy& policy,
                  const CatalogueTable& table, const CatalogueReference& reference) {
  const auto* const parent = catalogue.table(reference.table);
  return is_same_name(reference.table, tenants_table) ||
         (parent != nullptr && kind_of(*parent, policy) == TableKind::tenant &&
          std::ranges::all_of(reference.pairs, [&](const auto& pair) {
            return is_tenant_column(pair.from) || table.is_never_null(pair.from);
          }));
}

}  // namespace tenancy::inline v0::detail
