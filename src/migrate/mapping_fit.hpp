#pragma once

#include <string>
#include <vector>

#include "tenancy/migrate/expected_table.hpp"

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

/// Whether the tenant and these columns, in their order, tell all rows apart.
bool has_key(const CatalogueTable& table, const std::vector<std::string>& key);

/// Whether the reference is one of the table's foreign keys, within the tenant.
bool has_reference(const Catalogue& catalogue, const CatalogueTable& table,
                   const ExpectedReference& expected);

}  // namespace tenancy::inline v0::detail
