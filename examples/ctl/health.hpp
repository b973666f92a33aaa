#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `health`.
void add_health_command(CLI::App& app, Command& chosen);

}  // namespace tenantctl
