#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `verify`: the schema of the store, or a backup.
void add_verify_command(CLI::App& app, Command& chosen);

}  // namespace tenantctl
