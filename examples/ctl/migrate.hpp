#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `migrate status | up | dry-run`.
void add_migrate_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
