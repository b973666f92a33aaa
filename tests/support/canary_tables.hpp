#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/migrate/migration.hpp"

namespace tenancy_test {

/// The schema for what tenants' own queries are attacked with: `notes`, `tasks` and `tags` of
/// tenants, and `plans`, which they share. `vault` is a tenant's too; `open_vault` hides it.
std::vector<tenancy::Migration> canary_schema();

/// Gives `vault` an index that does not begin with the tenant, as a careless operator would.
std::string open_vault();

/// The rows of `plans`.
std::string shared_rows();

/// Rows of a tenant under the keys that all tenants have, in which every value is marked with its
/// name or number. With `hostile`, some are such that looking at them fails: JSON that is none,
/// and integers whose sum, negation or absolute value does not exist.
std::string canary_rows(std::int64_t tenant, std::string_view name, bool hostile);

/// What appears in a text if and only if it tells of that tenant's canary rows.
std::vector<std::string> canaries(std::int64_t tenant, std::string_view name);

}  // namespace tenancy_test
