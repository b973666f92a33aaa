#pragma once

#include "ctl/options.hpp"

namespace CLI {
class App;
}

namespace tenantctl {

/// `identifiers add | remove | list`.
void add_identifier_commands(CLI::App& app, Command& chosen);

}  // namespace tenantctl
