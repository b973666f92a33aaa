#include "ctl/identifiers.hpp"

#include <string>

#include <CLI/App.hpp>

#include "ctl/parsing.hpp"
#include "ctl/session.hpp"
#include "ctl/store_tenants.hpp"
#include "ctl/tenant_command.hpp"
#include "ctl/tenant_reference.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {
namespace {

struct Request {
  std::string tenant;
  std::string identifier;
};

Outcome<void> list(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto registry, session.registry());
  BOOST_OUTCOME_TRY(const auto tenant, find_tenant(registry, request.tenant));
  BOOST_OUTCOME_TRY(const auto identifiers, registry.identifiers(tenant.id));
  Listing listing{session.output(), {"KIND", "VALUE"}};
  for (const auto& each : identifiers) {
    listing.add(to_json(each), {each.kind(), each.value()});
  }
  listing.finish();
  if (listing.empty() && !session.output().json()) {
    session.output().notice(tenant.slug.to_string() + " has no identifiers.", {});
  }
  return success();
}

using IdentifierChange = tenancy::Result<tenancy::Tenant> (tenancy::TenantRegistry::*)(
    tenancy::TenantId, const tenancy::TenantIdentifier&) const;

template <IdentifierChange Change>
Outcome<void> change_identifier(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto identifier, parse_identifier(request.identifier));
  BOOST_OUTCOME_TRY(const auto registry, session.registry());
  BOOST_OUTCOME_TRY(const auto found, find_tenant(registry, request.tenant));
  BOOST_OUTCOME_TRY(const auto tenant, (registry.*Change)(found.id, identifier));
  const auto record = to_record(tenant);
  session.output().result(to_json(record), details(record));
  return success();
}

}  // namespace

void add_identifier_commands(CLI::App& app, Command& chosen) {
  auto* const group =
      app.add_subcommand("identifiers", "The names that other systems have for tenants")
          ->require_subcommand(1);
  const TenantCommands<Request> commands{*group, chosen};
  Request& request = commands.request();
  constexpr auto form = "KIND:VALUE, as in domain:acme.example";
  commands
      .add("add", "Give a tenant an identifier",
           change_identifier<&tenancy::TenantRegistry::add_identifier>, Needs::store)
      ->add_option("IDENTIFIER", request.identifier, form)
      ->required();
  commands
      .add("remove", "Take an identifier from a tenant",
           change_identifier<&tenancy::TenantRegistry::remove_identifier>, Needs::store)
      ->add_option("IDENTIFIER", request.identifier, form)
      ->required();
  commands.add("list", "Show a tenant's identifiers", list, Needs::store);
}

}  // namespace tenantctl
