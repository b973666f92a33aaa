#pragma once

#include <vector>

#include "tenancy/core/result.hpp"
#include "tenancy/migrate/expected_table.hpp"
#include "tenancy/migrate/migration.hpp"

namespace tenantd {

/// All steps of this program's schema. Errors: none, unless a step is written wrongly.
tenancy::Result<std::vector<tenancy::Migration>> migrations();

/// What the program's types take its tables to be.
std::vector<tenancy::ExpectedTable> mappings();

}  // namespace tenantd
