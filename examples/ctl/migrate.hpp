#pragma once

#include "ctl/options.hpp"

namespace CLI {
class App;
}

namespace tenantctl {

/// `migrate status | up | dry-run`.
void add_migrate_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
