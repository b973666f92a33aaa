#include "ctl/keys.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/App.hpp>

#include "tenancy/core/clock.hpp"

#include "ctl/display.hpp"
#include "ctl/key_view.hpp"
#include "ctl/parsing.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_command.hpp"
#include "ctl/tenant_reference.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {
namespace {

struct Request {
  std::string tenant;
  std::string key;
  std::string name;
  std::string scope = "write";
  std::string expires = "never";
};

tenancy::Timestamp now() { return tenancy::SystemClock{}.now(); }

Outcome<void> issue(Session& session, const Request& request) {
  tenancy::ApiKeyRequest wanted;
  wanted.name = request.name;
  BOOST_OUTCOME_TRY(wanted.scope, tenancy::parse_scope(request.scope));
  BOOST_OUTCOME_TRY(wanted.expires_at, parse_moment(request.expires, now()));
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(auto* const keys, session.keys());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto issued, keys->issue(tenant.id, wanted));
  Output& output = session.output();
  if (output.json()) {
    Json document = to_json(issued.key, now());
    document["key"] = issued.text.unsafe_text();
    output.result(document, {});
  } else {
    output.result({}, printable(issued.text.unsafe_text()) + "\n");
    output.notice("The key " + issued.key.id + " of " + tenant.slug.to_string() +
                      " is shown only now; only a hash of it is kept.",
                  {});
  }
  return success();
}

Outcome<void> list(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(auto* const desk, session.keys());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  const auto time = now();
  Listing listing{session.output(),
                  {"ID", "NAME", "SCOPE", "STATE", "CREATED", "EXPIRES", "LAST USED"}};
  std::optional<std::string> cursor;
  do {
    BOOST_OUTCOME_TRY(auto page, desk->list(tenant.id, cursor));
    for (const auto& key : page.items) {
      listing.add(to_json(key, time),
                  {key.id, key.name, std::string{tenancy::to_string(key.scope)},
                   std::string{tenancy::to_string(key.status(time))}, short_time(key.created_at),
                   short_time(key.expires_at), short_time(key.last_used_at)});
    }
    listing.flush();
    cursor = std::move(page.next_cursor);
  } while (cursor);
  listing.finish();
  if (listing.empty() && !session.output().json()) {
    session.output().notice(tenant.slug.to_string() + " has no keys.", {});
  }
  return success();
}

Outcome<void> revoke(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(auto* const keys, session.keys());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(auto key, keys->find(tenant.id, request.key));
  if (!key.revoked_at) {
    BOOST_OUTCOME_TRY(
        session.confirm({"The key " + key.id + " (" + key.name + ") of " + tenant.slug.to_string() +
                             " becomes useless, for good and at once.",
                         "yes"}));
    BOOST_OUTCOME_TRY(key, keys->revoke(tenant.id, request.key));
  }
  session.output().result(to_json(key, now()), details(key, now()));
  return success();
}

Outcome<void> expire(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto moment, parse_moment(request.expires, now()));
  BOOST_OUTCOME_TRY(const auto registry, session.registry());
  BOOST_OUTCOME_TRY(const auto tenant, find_tenant(registry, request.tenant));
  BOOST_OUTCOME_TRY(const auto key, registry.expire_key(tenant.id, request.key, moment));
  session.output().result(to_json(key, now()), details(key, now()));
  return success();
}

Outcome<void> issue_for_administrator(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto* const authority, session.authority());
  BOOST_OUTCOME_TRY(const auto issued,
                    authority->issue_administrator_key(request.name, session.call()));
  Output& output = session.output();
  if (output.json()) {
    output.result(
        Json{{"id", issued.id}, {"name", request.name}, {"key", issued.text.unsafe_text()}}, {});
  } else {
    output.result({}, printable(issued.text.unsafe_text()) + "\n");
    output.notice("The administrator's key " + issued.id + " is shown only now.", {});
  }
  return success();
}

}  // namespace

void add_key_commands(CLI::App& app, Command& chosen) {
  auto* const group = app.add_subcommand("keys", "Tenants' API keys")->require_subcommand(1);
  const TenantCommands<Request> commands{*group, chosen};
  Request& request = commands.request();

  auto* command = commands.add("issue", "Make a key and print it, this once", issue);
  command->add_option("--name", request.name, "What people call it")->required();
  command->add_option("--scope", request.scope, "read, write or admin")
      ->type_name("SCOPE")
      ->capture_default_str();
  command->add_option("--expires", request.expires, "30d, 2026-12-31T23:59:59Z or never")
      ->type_name("WHEN")
      ->capture_default_str();
  commands.add("list", "Show a tenant's keys, without their texts", list);
  command = commands.add("revoke", "Make a key useless for good", revoke);
  command->add_option("KEY", request.key, "The key's id")->required();
  command = commands.add("expire", "Change when a key expires", expire, Needs::store);
  command->add_option("KEY", request.key, "The key's id")->required();
  command->add_option("WHEN", request.expires, "now, 30d, 2026-12-31T23:59:59Z or never")
      ->required();
}

void add_administrator_key_commands(CLI::App& app, Command& chosen) {
  auto* const group =
      app.add_subcommand("admin-keys", "Keys of the platform's operators")->require_subcommand(1);
  const auto request = std::make_shared<Request>();
  auto* const command = group->add_subcommand("issue", "Make a key and print it, this once");
  command->add_option("--name", request->name, "What people call it")->required();
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) { return issue_for_administrator(session, *request); };
    chosen.needs = Needs::store;
  });
}

}  // namespace tenantctl
