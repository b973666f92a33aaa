#pragma once

#include <cstddef>
#include <cstdint>

#include "tenancy/registry/api_key.hpp"
#include "tenancy/storage/detail/statement.hpp"

namespace tenancy::inline v0::detail {

inline constexpr std::size_t max_key_name_length = 100;

/// That a tenant has, revoked and expired ones among them.
inline constexpr std::int64_t max_keys = 1'000;

/// The order of columns that `read_api_key` expects.
#define TENANCY_API_KEY_COLUMNS \
  "key_id, tenant_id, name, scope, created_at, expires_at, revoked_at, last_used_at"

/// A key's row from a statement whose first columns are `TENANCY_API_KEY_COLUMNS`.
/// Errors: `invalid_row`.
Result<ApiKey> read_api_key(const Statement& statement);

}  // namespace tenancy::inline v0::detail
