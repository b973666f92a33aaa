#pragma once

#include "service/routes/access.hpp"

namespace tenantd {

/// What a tenant's key may do with the executions of the tenant's workflows: start, list, finish
/// and delete them.
///
/// Isolation: the id of another tenant's workflow or execution is answered as one that does not
/// exist.
void add_execution_routes(Router& router, const Entrance& entrance);

}  // namespace tenantd
