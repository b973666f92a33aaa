#pragma once

#include "tenancy/registry/authenticator.hpp"

#include "service/router.hpp"

namespace tenantd {

/// What an administrator's key may do with tenants and their keys. None of it opens a tenant's
/// rows.
void add_tenant_routes(Router& router, const tenancy::Authenticator& authenticator);

}  // namespace tenantd
