#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenancy::inline v0::detail {

/// The trigger that keeps `updated_at`, without a semicolon: as it is written into a migration, and
/// as SQLite keeps it. The key is without `tenant_id`.
std::string updated_at_trigger(std::string_view table, const std::vector<std::string>& key);

/// The same for PostgreSQL, with the function that it calls; with semicolons.
std::string postgres_updated_at_trigger(std::string_view table);
/// Whether a text of the catalogue is that trigger with its function.
bool is_postgres_updated_at_trigger(std::string_view table, std::string_view text);

}  // namespace tenancy::inline v0::detail
