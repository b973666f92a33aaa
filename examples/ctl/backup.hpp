#pragma once

#include "ctl/options.hpp"

namespace CLI {
class App;
}

namespace tenantctl {

/// `backup`.
void add_backup_command(CLI::App& app, Command& chosen);

}  // namespace tenantctl
