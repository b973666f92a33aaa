#pragma once

#include "service/routes/access.hpp"

namespace tenantd {

/// What a tenant's key may do with the tenant's workflows. Lists show no definitions, and the
/// latest executions of each when they are asked for.
///
/// Isolation: the id of another tenant's workflow is answered as one that does not exist.
void add_workflow_routes(Router& router, const Entrance& entrance);

}  // namespace tenantd
