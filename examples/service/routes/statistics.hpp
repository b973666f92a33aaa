#pragma once

#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/store.hpp"

#include "service/router.hpp"

namespace tenantd {

/// How many executions there are by status, how long they took and when the last one began. Goes
/// before the routes of executions, whose ids it is none of.
void add_statistics_route(Router& router, const tenancy::Store& store,
                          const tenancy::Authenticator& authenticator);

}  // namespace tenantd
