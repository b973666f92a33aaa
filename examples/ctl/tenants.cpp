#include "ctl/tenants.hpp"

#include <string>

#include <CLI/App.hpp>

#include "ctl/session.hpp"
#include "ctl/tenant_command.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {
namespace {

struct Request {
  std::string tenant;
};

Outcome<void> show(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->show(request.tenant));
  session.output().result(to_json(tenant), details(tenant));
  return success();
}

}  // namespace

void add_tenant_commands(CLI::App& app, Command& chosen) {
  auto* const group = app.add_subcommand("tenants", "Tenants")->require_subcommand(1);
  add_tenant_create(*group, chosen);
  add_tenant_list(*group, chosen);
  TenantCommands<Request>{*group, chosen}.add("show", "Show all of a tenant", show);
  add_tenant_changes(*group, chosen);
  add_tenant_pair(*group, chosen);
}

}  // namespace tenantctl
