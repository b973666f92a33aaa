#include "service/demo.hpp"

#include <array>
#include <ostream>
#include <utility>

#include "tenancy/data/repository.hpp"

#include "service/deployment.hpp"

namespace tenantd {
namespace {

using tenancy::Result;

struct DemoTenant {
  std::string slug;
  std::string name;
  std::array<Deployment, 3> deployments;
};

struct Created {
  tenancy::SecretBytes key;
  std::string last_deployment_id;
};

Deployment deployment(std::string project_name, std::string status,
                      std::optional<std::string> url) {
  return {{}, std::move(project_name), std::move(status), std::move(url), {}, {}};
}

Result<Created> create(const tenancy::Authority& authority, const DemoTenant& demo) {
  const tenancy::TenantRegistry registry = authority.registry();
  BOOST_OUTCOME_TRY(const auto tenant, registry.create({.slug = demo.slug, .name = demo.name}));
  BOOST_OUTCOME_TRY(auto issued, registry.issue_key(tenant.id, {.name = "demo"}));
  BOOST_OUTCOME_TRY(const auto context, authority.enter(tenant.id));
  BOOST_OUTCOME_TRY(
      auto last_id,
      authority.store().write(context,
                              [&](tenancy::WriteTransaction& transaction) -> Result<std::string> {
                                const tenancy::Repository<Deployment> deployments{transaction};
                                std::string id;
                                for (const Deployment& each : demo.deployments) {
                                  BOOST_OUTCOME_TRY(auto row, deployments.insert(each));
                                  id = std::move(row.id);
                                }
                                return id;
                              }));
  return Created{std::move(issued.text), std::move(last_id)};
}

std::ostream& print_curl(std::ostream& out, const tenancy::SecretBytes& key) {
  return out << "  curl -H 'Authorization: Bearer " << key.unsafe_text() << "' ";
}

}  // namespace

Result<void> create_demo(const tenancy::Authority& authority, const std::string& url,
                         std::ostream& out) {
  BOOST_OUTCOME_TRY(
      const auto acme,
      create(authority, {"acme",
                         "Acme Corporation",
                         {deployment("rocket-shop", "active", "https://shop.acme.example"),
                          deployment("anvil-catalogue", "pending", std::nullopt),
                          deployment("road-runner-tracker", "failed", std::nullopt)}}));
  BOOST_OUTCOME_TRY(
      const auto globex,
      create(authority,
             {"globex",
              "Globex Corporation",
              {deployment("weather-machine", "active", "https://weather.globex.example"),
               deployment("hammock-district", "active", "https://hammocks.globex.example"),
               deployment("volcano-lair", "stopped", std::nullopt)}}));

  const std::string collection = url + "/api/deployments";
  out << "Two demo tenants' keys, shown only now:\n"
      << "  acme    " << acme.key.unsafe_text() << "\n"
      << "  globex  " << globex.key.unsafe_text() << "\n\n";
  out << "Acme's deployments; one more; and Globex asking for one of Acme's, which does not exist "
         "for it:\n";
  print_curl(out, acme.key) << collection << "\n";
  print_curl(out, acme.key) << "-H 'Content-Type: application/json' -d "
                            << R"('{"project_name":"giant-magnet"}' )" << collection << "\n";
  print_curl(out, globex.key) << collection << "/" << acme.last_deployment_id << "\n\n";
  return tenancy::success();
}

}  // namespace tenantd
