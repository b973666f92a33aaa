#include "service/demo.hpp"

#include <chrono>
#include <ostream>
#include <utility>
#include <vector>

#include "tenancy/core/clock.hpp"
#include "tenancy/data/repository.hpp"

#include "service/deployment.hpp"
#include "service/execution.hpp"
#include "service/workflow.hpp"

namespace tenantd {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;

struct DemoTenant {
  std::string slug;
  std::string name;
  std::vector<Deployment> deployments;
  std::vector<std::string> workflows;
};

struct Created {
  tenancy::SecretBytes key;
  std::string last_deployment_id;
};

Workflow workflow(const std::string& name) {
  Workflow row;
  row.name = name;
  row.status = WorkflowStatus::active;
  const nlohmann::json definition = {{"nodes",
                                      {{{"name", "Start"}, {"type", "schedule"}, {"every", "1h"}},
                                       {{"name", "Work"}, {"type", "http"}}}},
                                     {"connections", {{"Start", {"Work"}}}}};
  row.definition = ObjectText{definition};
  return row;
}

/// One that succeeded, one that failed, and one that still runs.
std::vector<Execution> executions_of(const std::string& workflow_id) {
  const auto now = tenancy::SystemClock{}.now();
  const auto ended = [&](minutes ago, seconds duration) {
    return Execution{.workflow_id = workflow_id,
                     .status = ExecutionStatus::succeeded,
                     .started_at = now - ago,
                     .finished_at = now - ago + duration,
                     .duration_ms = std::chrono::milliseconds{duration}.count()};
  };
  std::vector<Execution> executions{ended(minutes{130}, seconds{42}),
                                    ended(minutes{70}, seconds{3}),
                                    {.workflow_id = workflow_id, .started_at = now - minutes{10}}};
  executions[1].status = ExecutionStatus::failed;
  executions[1].error = "The other side answered 503.";
  return executions;
}

/// Fills a tenant's tables and returns the last deployment's id.
Result<std::string> fill(WriteTransaction& transaction, const DemoTenant& demo) {
  BOOST_OUTCOME_TRY(const auto deployments,
                    Repository<Deployment>{transaction}.insert_many(demo.deployments));
  std::vector<Workflow> named;
  for (const std::string& name : demo.workflows) {
    named.push_back(workflow(name));
  }
  BOOST_OUTCOME_TRY(const auto workflows,
                    Repository<Workflow>{transaction}.insert_many(std::move(named)));
  for (const Workflow& each : workflows) {
    BOOST_OUTCOME_TRY(Repository<Execution>{transaction}.insert_many(executions_of(each.id)));
  }
  return deployments.back().id;
}

Result<Created> create(const tenancy::Authority& authority, const DemoTenant& demo) {
  const tenancy::TenantRegistry registry = authority.registry();
  BOOST_OUTCOME_TRY(const auto tenant, registry.create({.slug = demo.slug, .name = demo.name}));
  BOOST_OUTCOME_TRY(auto issued, registry.issue_key(tenant.id, {.name = "demo"}));
  BOOST_OUTCOME_TRY(const auto context, authority.enter(tenant.id));
  BOOST_OUTCOME_TRY(auto last_id,
                    authority.store().write(context, [&](WriteTransaction& transaction) {
                      return fill(transaction, demo);
                    }));
  return Created{std::move(issued.text), std::move(last_id)};
}

std::ostream& print_curl(std::ostream& out, const tenancy::SecretBytes& key) {
  return out << "  curl -H 'Authorization: Bearer " << key.unsafe_text() << "' ";
}

}  // namespace

Result<void> create_demo(const tenancy::Authority& authority, const std::string& url,
                         std::ostream& out) {
  using enum DeploymentStatus;
  BOOST_OUTCOME_TRY(
      const auto acme,
      create(
          authority,
          {"acme",
           "Acme Corporation",
           {{.project_name = "rocket-shop", .status = active, .url = "https://shop.acme.example"},
            {.project_name = "anvil-catalogue"},
            {.project_name = "road-runner-tracker", .status = failed}},
           {"Order anvils", "Chase road runner"}}));
  BOOST_OUTCOME_TRY(const auto globex,
                    create(authority, {"globex",
                                       "Globex Corporation",
                                       {{.project_name = "weather-machine",
                                         .status = active,
                                         .url = "https://weather.globex.example"},
                                        {.project_name = "hammock-district",
                                         .status = active,
                                         .url = "https://hammocks.globex.example"},
                                        {.project_name = "volcano-lair", .status = stopped}},
                                       {"Order anvils", "Send ransom notes"}}));

  const std::string collection = url + "/api/deployments";
  out << "Two demo tenants' keys, shown only now, and one of Acme's deployments:\n"
      << "  ACME=" << acme.key.unsafe_text() << "\n"
      << "  GLOBEX=" << globex.key.unsafe_text() << "\n"
      << "  ONE_OF_ACMES=" << acme.last_deployment_id << "\n\n";
  out << "Acme's deployments; one more; Globex asking for one of Acme's, which does not exist for "
         "it; and Acme's workflows with the latest execution of each:\n";
  print_curl(out, acme.key) << collection << "\n";
  print_curl(out, acme.key) << "-H 'Content-Type: application/json' -d "
                            << R"('{"project_name":"giant-magnet"}' )" << collection << "\n";
  print_curl(out, globex.key) << collection << "/" << acme.last_deployment_id << "\n";
  print_curl(out, acme.key) << "'" << url << "/api/workflows?executions=1'\n\n";
  return tenancy::success();
}

}  // namespace tenantd
