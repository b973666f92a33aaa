#pragma once

#include <memory>

#include "service/readiness.hpp"
#include "service/router.hpp"

namespace tenantd {

/// `/healthz`: the process answers. `/readyz`: it can do its work. `/version`: what it is. None
/// wants a key, and none tells more than that.
void add_health_routes(Router& router, const std::shared_ptr<Readiness>& readiness);

}  // namespace tenantd
