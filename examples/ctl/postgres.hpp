#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `postgres init`.
void add_postgres_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
