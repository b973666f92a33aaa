#pragma once

#include <cstddef>

#include "tenancy/registry/tenant_identifier.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

inline constexpr std::size_t max_identifiers = 100;

/// Errors: `already_exists`, which does not tell whose it is.
Result<void> insert_identifier(ControlSession& session, TenantId tenant,
                               const TenantIdentifier& identifier);

}  // namespace tenancy::inline v0::detail
