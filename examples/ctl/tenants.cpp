#include "ctl/tenants.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "ctl/session.hpp"
#include "ctl/tenant_reference.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {
namespace {

Outcome<void> show(Session& session, const std::string& reference) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->show(reference));
  session.output().result(to_json(tenant), details(tenant));
  return success();
}

}  // namespace

void add_tenant_commands(CLI::App& app, Command& chosen) {
  auto* const group = app.add_subcommand("tenants", "Tenants")->require_subcommand(1);
  add_tenant_create(*group, chosen);
  add_tenant_list(*group, chosen);
  auto* const command = group->add_subcommand("show", "Show all of a tenant");
  const auto reference = std::make_shared<std::string>();
  command->add_option("TENANT", *reference, std::string{tenant_reference_help})->required();
  command->callback([&chosen, reference] {
    chosen.run = [reference](Session& session) { return show(session, *reference); };
  });
  add_tenant_changes(*group, chosen);
  add_tenant_pair(*group, chosen);
}

}  // namespace tenantctl
