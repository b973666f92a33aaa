#pragma once

#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/store.hpp"

#include "service/router.hpp"

namespace tenantd {

/// What a tenant's key may do with the tenant's deployments.
///
/// Isolation: the id of another tenant's deployment is answered as one that does not exist.
void add_deployment_routes(Router& router, const tenancy::Store& store,
                           const tenancy::Authenticator& authenticator);

}  // namespace tenantd
