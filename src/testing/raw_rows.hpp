#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/testing/detail/isolation_watch.hpp"

namespace tenancy::inline v0::testing::detail {

/// Whose rows.
enum class Whose : std::uint8_t {
  the_tenants,  ///< Without `tenant_id`, as the tenant's own queries give them.
  all_others,   ///< Whole, of every other tenant; of tables without `tenant_id` all.
};

/// The rows of a host's tables as they lie in the file, through a connection past the library.
/// Errors: `corrupt_store` for a file that cannot be read.
Result<TableRows> raw_rows(const std::filesystem::path& file, TenantId tenant, Whose whose);

/// As a name in SQL.
std::string quoted_name(std::string_view name);

}  // namespace tenancy::inline v0::testing::detail
