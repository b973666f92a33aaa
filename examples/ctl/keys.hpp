#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `keys issue | list | revoke | expire`.
void add_key_commands(CLI::App& app, Command& chosen);

/// `admin-keys issue`.
void add_administrator_key_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
