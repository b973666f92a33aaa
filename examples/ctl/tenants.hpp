#pragma once

#include "ctl/app.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `tenants create | list | show | rename | update | activate | deactivate | suspend | archive |
/// pair`.
void add_tenant_commands(CLI::App& app, Command& chosen);

// Each adds its part of them to the group.
void add_tenant_create(CLI::App& group, Command& chosen);
void add_tenant_list(CLI::App& group, Command& chosen);
void add_tenant_changes(CLI::App& group, Command& chosen);
void add_tenant_pair(CLI::App& group, Command& chosen);

}  // namespace tenantctl
