#pragma once

#include <vector>

#include "tenancy/migrate/migration.hpp"

namespace tenancy::inline v0::detail {

/// The steps of the library's own tables. Applied steps are never edited.
std::vector<Migration> control_schema();

}  // namespace tenancy::inline v0::detail
