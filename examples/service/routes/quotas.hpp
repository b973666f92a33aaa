#pragma once

#include "service/routes/access.hpp"

namespace tenantd {

/// What a tenant uses of its quotas, for its own keys and administrators; their limits and resets,
/// for administrators.
///
/// Isolation: a tenant's key sees the quotas of its own tenant only; any other id is answered as
/// one that does not exist. What an administrator looks at or changes is on record in the store.
void add_quota_routes(Router& router, const Entrance& entrance);

}  // namespace tenantd
