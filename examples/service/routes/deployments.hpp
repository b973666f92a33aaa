#pragma once

#include "service/routes/access.hpp"

namespace tenantd {

/// What a tenant's key may do with the tenant's deployments.
///
/// Isolation: the id of another tenant's deployment is answered as one that does not exist.
void add_deployment_routes(Router& router, const Entrance& entrance);

}  // namespace tenantd
