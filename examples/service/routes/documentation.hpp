#pragma once

#include "service/router.hpp"

namespace tenantd {

/// The description of the API at `/openapi.json`, and a page that shows it at `/docs`. Both are for
/// everybody: they say what this program can do and nothing of what it holds.
void add_documentation_routes(Router& router);

}  // namespace tenantd
