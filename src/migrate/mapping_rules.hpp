#pragma once

#include <span>
#include <vector>

#include "tenancy/migrate/expected_table.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/catalogue.hpp"
#include "migrate/table_mender.hpp"

namespace tenancy::inline v0::detail {

/// Holds a catalogue against what the host's mappings take its tables to be: everything that would
/// make a repository fail later, whatever the rows. All findings are `mapped_table`.
std::vector<SchemaFinding> judge_mappings(const Catalogue& catalogue,
                                          std::span<const ExpectedTable> mappings,
                                          const TableMender& mender);

}  // namespace tenancy::inline v0::detail
