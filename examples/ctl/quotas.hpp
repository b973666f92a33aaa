#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `quota show | set | reset | resets`.
void add_quota_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
