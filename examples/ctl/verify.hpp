#pragma once

#include "ctl/options.hpp"

namespace CLI {
class App;
}

namespace tenantctl {

/// `verify`: the schema of the store, or a backup.
void add_verify_command(CLI::App& app, Command& chosen);

}  // namespace tenantctl
