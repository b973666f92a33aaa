#pragma once

#include "service/routes/access.hpp"

namespace tenantd {

/// What an administrator's key may do with tenants and their keys. None of it opens a tenant's
/// rows.
void add_tenant_routes(Router& router, const Entrance& entrance);

}  // namespace tenantd
