#pragma once

#include <iosfwd>
#include <string>

#include "tenancy/registry/authority.hpp"

namespace tenantd {

/// Two tenants with a few deployments, workflows and executions and a key each, and the commands to
/// look at them, printed for a person who tries the service. The keys are shown here and never
/// again. Errors: those of the registry and the store.
tenancy::Result<void> create_demo(const tenancy::Authority& authority, const std::string& url,
                                  std::ostream& out);

}  // namespace tenantd
