#pragma once

#include <vector>

#include "tenancy/migrate/migration.hpp"

namespace tenancy::inline v0::detail {

// The steps of the library's own tables, which each dialect counts for itself. Applied steps are
// never edited.

std::vector<Migration> sqlite_control_schema();
std::vector<Migration> postgres_control_schema();

inline std::vector<Migration> control_schema(Dialect dialect) {
  return dialect == Dialect::sqlite ? sqlite_control_schema() : postgres_control_schema();
}

}  // namespace tenancy::inline v0::detail
