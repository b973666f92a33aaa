#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `identifiers add | remove | list`.
void add_identifier_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
