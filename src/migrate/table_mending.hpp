#pragma once

#include <span>

#include "tenancy/migrate/expected_table.hpp"
#include "tenancy/migrate/schema_policy.hpp"

#include "migrate/catalogue.hpp"
#include "migrate/table_definition.hpp"

namespace tenancy::inline v0::detail {

/// The column that tells the rows of a table apart that had no key: their number within the tenant.
inline constexpr std::string_view number_column = "row_number";

/// Puts the definition of a tenants' or a shared table right by the rules. False when it is not the
/// one that the catalogue was read from.
bool mend_by_rules(const Catalogue& catalogue, const SchemaPolicy& policy,
                   const CatalogueTable& table, TableDefinition& definition);

/// Puts it right by a mapping that reads and writes the table.
void mend_by_mapping(const Catalogue& catalogue, const CatalogueTable& table,
                     const ExpectedTable& mapping, TableDefinition& definition);

/// The column of a mapping, for a table that has none.
DefinedColumn column_of(const ExpectedColumn& expected);

/// `FOREIGN KEY … REFERENCES …`, within the tenant.
std::string foreign_key_of(const ExpectedReference& expected);

}  // namespace tenancy::inline v0::detail
