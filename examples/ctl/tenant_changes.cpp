#include <map>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "ctl/parsing.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_command.hpp"
#include "ctl/tenant_fields.hpp"
#include "ctl/tenant_view.hpp"
#include "ctl/tenants.hpp"

namespace tenantctl {
namespace {

using tenancy::TenantStatus;

struct Request {
  std::string tenant;
  std::optional<std::int64_t> version;
  std::optional<std::string> name;
  std::optional<std::string> plan;
  std::optional<std::string> template_version;
  std::optional<std::string> metadata;
  std::vector<std::string> workflows;
};

/// Asks the store for nothing more: what failed after a change would look as if the change had.
Outcome<void> print(Session& session, const TenantRecord& tenant) {
  session.output().result(to_json(tenant), details(tenant));
  return success();
}

Outcome<void> rename(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto found, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto tenant,
                    tenants->update(found.id, {.name = request.name}, request.version));
  return print(session, tenant);
}

/// The tenant's workflows with those changed that are named; an empty id takes one out.
Outcome<std::map<std::string, std::string>> changed_workflows(
    const TenantRecord& tenant, const std::vector<std::string>& texts) {
  BOOST_OUTCOME_TRY(const auto changes, parse_workflows(texts));
  auto workflows = tenant.workflow_ids.value_or(std::map<std::string, std::string>{});
  for (const auto& [name, id] : changes) {
    if (id.empty()) {
      workflows.erase(name);
    } else {
      workflows.insert_or_assign(name, id);
    }
  }
  return workflows;
}

Outcome<void> update(Session& session, const Request& request) {
  tenancy::TenantChange change{
      .name = request.name, .plan = request.plan, .template_version = request.template_version};
  if (request.metadata) {
    BOOST_OUTCOME_TRY(change.metadata, read_metadata(*request.metadata, session.interruption()));
  }
  if (!change.name && !change.plan && !change.template_version && !change.metadata &&
      request.workflows.empty()) {
    return Failure::misused("There is nothing to change.",
                            "tenantctl tenants update --help lists what can be changed.");
  }
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto found, tenants->find(request.tenant));
  auto version = request.version;
  if (!request.workflows.empty()) {
    BOOST_OUTCOME_TRY(change.workflow_ids, changed_workflows(found, request.workflows));
    // The library takes all workflows at once: none that came meanwhile may get lost.
    version = version.value_or(found.version);
  }
  BOOST_OUTCOME_TRY(const auto tenant, tenants->update(found.id, change, version));
  return print(session, tenant);
}

template <TenantStatus To>
Outcome<void> change_status(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto found, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto tenant, tenants->change_status(found.id, To, request.version));
  return print(session, tenant);
}

Outcome<void> archive(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto found, tenants->find(request.tenant));
  if (found.status != TenantStatus::archived) {
    const std::string& slug = found.slug.to_string();
    BOOST_OUTCOME_TRY(session.confirm(
        {"Archiving " + slug + " (" + found.name + ") is for good: nobody is let in any more.",
         slug}));
  }
  BOOST_OUTCOME_TRY(const auto tenant,
                    tenants->change_status(found.id, TenantStatus::archived, request.version));
  return print(session, tenant);
}

}  // namespace

void add_tenant_changes(CLI::App& group, Command& chosen) {
  const TenantCommands<Request> commands{group, chosen};
  Request& request = commands.request();
  const auto add = [&](const char* name, const char* description,
                       TenantCommands<Request>::Run run) {
    auto* const command = commands.add(name, description, run);
    command
        ->add_option("--if-version", request.version,
                     "Refuse when the tenant has changed since this version")
        ->check(whole_number_rule, "N");
    return command;
  };

  add("rename", "Change a tenant's name", rename)
      ->add_option("NAME", request.name, "Its new name for people")
      ->required();
  auto* const command = add("update", "Change more of a tenant", update);
  command->add_option("--name", request.name, "Its new name for people");
  command->add_option("--plan", request.plan, "The plan's name; empty for none");
  command->add_option("--template-version", request.template_version,
                      "Which version of the templates it runs; empty for none");
  command->add_option("--metadata", request.metadata,
                      "All of it: a JSON object, @FILE, or - for the input");
  command
      ->add_option("--workflow", request.workflows,
                   "NAME=ID, or NAME= to take one out; may be repeated")
      ->allow_extra_args(false);
  add("activate", "Let a tenant in", change_status<TenantStatus::active>);
  add("deactivate", "Pause a tenant", change_status<TenantStatus::inactive>);
  add("suspend", "Shut a tenant out, in every process at once",
      change_status<TenantStatus::suspended>);
  add("archive", "End a tenant for good; its id and slug stay taken", archive);
}

}  // namespace tenantctl
