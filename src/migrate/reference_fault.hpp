#pragma once

#include <cstdint>

#include "tenancy/migrate/schema_policy.hpp"

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

/// What is wrong with a foreign key, if anything is; the first of them.
enum class ReferenceFault : std::uint8_t {
  none,
  sets_tenant,        ///< An action changes whose the row is.
  other_tenant,       ///< It leads to a tenant, but not to the row's own.
  no_such_table,      ///< What it leads to is not there.
  control_table,      ///< It leads to a table of the library's.
  not_led_by_tenant,  ///< It may lead to another tenant's row.
  pairs_tenant,       ///< `tenant_id` is paired with a column of a shared table.
  leaves_shared,      ///< A shared table's row leads to a tenant's.
};

ReferenceFault fault_of(const Catalogue& catalogue, const SchemaPolicy& policy,
                        const CatalogueTable& table, const CatalogueReference& reference);

/// Whether a reference of a tenant's table, one without faults, holds the tenant of every row to
/// exist. One through a column that may be NULL does not: it is not looked at where that is.
bool holds_tenant(const Catalogue& catalogue, const SchemaPolicy& policy,
                  const CatalogueTable& table, const CatalogueReference& reference);

/// The column that a pair leads to, by its name or as part of the parent's primary key; empty where
/// there is none.
std::string target_of(const Catalogue& catalogue, const CatalogueReference& reference,
                      std::size_t position);

}  // namespace tenancy::inline v0::detail
