#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenancy::inline v0::detail {

/// The trigger that keeps `updated_at`, without a semicolon: as it is written into a migration, and
/// as SQLite keeps it. The key is without `tenant_id`.
std::string updated_at_trigger(std::string_view table, const std::vector<std::string>& key);

}  // namespace tenancy::inline v0::detail
