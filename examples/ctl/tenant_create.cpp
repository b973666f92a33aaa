#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "tenancy/core/clock.hpp"

#include "ctl/key_view.hpp"
#include "ctl/pairing_view.hpp"
#include "ctl/parsing.hpp"
#include "ctl/picture_file.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_fields.hpp"
#include "ctl/tenant_view.hpp"
#include "ctl/tenants.hpp"

namespace tenantctl {
namespace {

struct Request {
  std::string slug;
  std::string name;
  std::string plan;
  std::string template_version;
  std::string metadata = "{}";
  std::vector<std::string> workflows;
  std::vector<std::string> identifiers;
  std::string key;
  std::string instance;
  std::string qr_file;
  bool is_provisioning = false;
};

/// `NAME` or `NAME:SCOPE`. Errors: `invalid_argument` for the scope.
Outcome<tenancy::ApiKeyRequest> parse_key(const std::string& text) {
  tenancy::ApiKeyRequest key;
  const auto colon = text.rfind(':');
  key.name = text.substr(0, colon);
  if (colon != std::string::npos) {
    BOOST_OUTCOME_TRY(key.scope, tenancy::parse_scope(text.substr(colon + 1)));
  }
  return key;
}

Outcome<tenancy::NewTenant> parse(const Request& request, const Interruption& interruption) {
  tenancy::NewTenant tenant{.slug = request.slug,
                            .name = request.name,
                            .plan = request.plan,
                            .template_version = request.template_version};
  if (request.is_provisioning) {
    tenant.status = tenancy::TenantStatus::provisioning;
  }
  BOOST_OUTCOME_TRY(tenant.workflow_ids, parse_workflows(request.workflows));
  BOOST_OUTCOME_TRY(tenant.metadata, read_metadata(request.metadata, interruption));
  for (const std::string& text : request.identifiers) {
    BOOST_OUTCOME_TRY(auto identifier, parse_identifier(text));
    tenant.identifiers.push_back(std::move(identifier));
  }
  return tenant;
}

struct Made {
  TenantRecord tenant;
  std::optional<PairingRecord> pairing = {};
};

Outcome<Made> make(Session& session, const Request& request, const tenancy::NewTenant& wanted) {
  if (request.instance.empty()) {
    BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
    BOOST_OUTCOME_TRY(auto tenant, tenants->create(wanted));
    return Made{std::move(tenant)};
  }
  BOOST_OUTCOME_TRY(const auto messaging, session.messaging("--messaging-instance"));
  auto paired = messaging.create(wanted, request.instance);
  if (paired) {
    return Made{std::move(paired.value().tenant), std::move(paired.value().pairing)};
  }
  if (paired.error().status == ExitStatus::unknown_outcome) {
    return paired.error().with_hint("If it was made, tenantctl tenants pair " + wanted.slug +
                                    " goes on with it, and with --activate lets it in.");
  }
  return paired.error();
}

Outcome<void> finish(Output& output, const Made& made, const PictureFile& picture) {
  if (!made.pairing) {
    return success();
  }
  tell_of_pairing(output, *made.pairing);
  return picture.write(*made.pairing);
}

Outcome<void> create(Session& session, const Request& request) {
  if (!request.qr_file.empty() && request.instance.empty()) {
    return Failure::misused("--qr-file is for a tenant with --messaging-instance.");
  }
  BOOST_OUTCOME_TRY(const auto wanted, parse(request, session.interruption()));
  std::optional<tenancy::ApiKeyRequest> wanted_key;
  if (!request.key.empty()) {
    BOOST_OUTCOME_TRY(wanted_key, parse_key(request.key));
  }
  BOOST_OUTCOME_TRY(const auto picture, PictureFile::plan(request.qr_file));
  BOOST_OUTCOME_TRY(auto* const keys, session.keys());
  BOOST_OUTCOME_TRY(const auto made, make(session, request, wanted));
  Output& output = session.output();
  Json document = to_json(made.tenant);
  std::string pairing;
  if (made.pairing) {
    document["messaging"] = to_json(*made.pairing);
    pairing = details(*made.pairing);
  }
  if (!wanted_key) {
    output.result(document, details(made.tenant) + pairing);
    return finish(output, made, picture);
  }
  const auto issued = keys->issue(made.tenant.id, *wanted_key);
  if (!issued) {
    output.result(document, details(made.tenant) + pairing);
    return issued.error().with_context("The tenant was created, but not its key");
  }
  const auto& key = issued.value();
  document["api_key"] = to_json(key.key, tenancy::SystemClock{}.now());
  document["api_key"]["key"] = key.text.unsafe_text();
  output.result(document, details(made.tenant, key.text.unsafe_text()) + pairing);
  if (!output.json()) {
    output.notice("The key " + key.key.id + " is shown only now; only a hash of it is kept.", {});
  }
  return finish(output, made, picture);
}

}  // namespace

void add_tenant_create(CLI::App& group, Command& chosen) {
  auto* const command = group.add_subcommand("create", "Create a tenant");
  const auto request = std::make_shared<Request>();
  command->add_option("SLUG", request->slug, "Its name for URLs; it never changes")->required();
  command->add_option("--name", request->name, "Its name for people")->required();
  command->add_option("--plan", request->plan, "The plan's name");
  command->add_option("--template-version", request->template_version,
                      "Which version of the templates it runs");
  command->add_option("--metadata", request->metadata, "A JSON object, @FILE, or - for the input");
  command
      ->add_option("--workflow", request->workflows,
                   "NAME=ID: what a workflow is called where it runs; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--identifier", request->identifiers,
                   "KIND:VALUE: a name that another system has for it; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--provisioning", request->is_provisioning,
                    "Let nobody in before it is activated");
  command->add_option("--messaging-instance", request->instance,
                      "Make a messaging instance of this name too, and print what pairs it");
  command->add_option("--qr-file", request->qr_file, "Write the QR code to this file (PNG)")
      ->type_name("FILE");
  command->add_option("--issue-key", request->key,
                      "Make a key of this name too, and print it; NAME:SCOPE for another scope "
                      "than write");
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) { return create(session, *request); };
  });
}

}  // namespace tenantctl
