#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenancy/migrate/migration.hpp"

namespace tenancy_test {

/// A test's SQL, written for SQLite, as PostgreSQL takes it: types, what only SQLite has, and
/// behind each tenants' table that it makes what secures its rows.
std::string for_postgres(std::string_view sql);
std::vector<tenancy::Migration> for_postgres(std::vector<tenancy::Migration> schema);

}  // namespace tenancy_test
