#pragma once

#include <vector>

#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/catalogue.hpp"
#include "migrate/table_mender.hpp"

namespace tenancy::inline v0::detail {

/// Holds one table against the rules that keep tenants apart.
std::vector<SchemaFinding> judge_table(const Catalogue& catalogue, const SchemaPolicy& policy,
                                       const CatalogueTable& table, const TableMender& mender);

}  // namespace tenancy::inline v0::detail
