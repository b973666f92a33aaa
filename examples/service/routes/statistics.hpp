#pragma once

#include "service/routes/access.hpp"

namespace tenantd {

/// Figures of a tenant's executions, and of all that a tenant has. Goes before the routes of
/// executions, whose ids `statistics` is none of.
///
/// Isolation: a tenant's key sees the figures of its own tenant only; any other id is answered as
/// one that does not exist. That an administrator looked is on record in the store.
void add_statistics_routes(Router& router, const Entrance& entrance);

}  // namespace tenantd
