#pragma once

#include "ctl/options.hpp"

namespace CLI {
class App;
}

namespace tenantctl {

/// `health`.
void add_health_command(CLI::App& app, Command& chosen);

}  // namespace tenantctl
