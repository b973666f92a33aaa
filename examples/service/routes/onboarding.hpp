#pragma once

#include <memory>

#include "service/messaging/tenant_instances.hpp"
#include "service/routes/access.hpp"

namespace tenantd {

/// What makes tenants, alone or with their messaging instances: `POST /api/tenants`, and
/// `POST /api/tenants/{id}/messaging`, which goes on where that was broken off and gets fresh
/// pairing data.
///
/// A tenant with an instance is made in steps, none of which is lost when the next fails or the
/// process ends: first the tenant with its identifier, provisioning, so that nobody is let in; then
/// the instance; then the tenant is activated.
///
/// Isolation: pairing data goes into the answer to the administrator who asked and nowhere else.
/// Ownership: the endpoints borrow the entrance. Without instances there is no gateway.
void add_onboarding_routes(Router& router, const Entrance& entrance,
                           std::shared_ptr<TenantInstances> instances);

}  // namespace tenantd
