#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `backup`.
void add_backup_command(CLI::App& app, Command& chosen);

}  // namespace tenantctl
