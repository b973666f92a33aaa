#include "service/routes/onboarding.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/http/entity_tag.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/log.hpp"
#include "service/routes/messaging_view.hpp"
#include "service/routes/registry_endpoint.hpp"
#include "service/routes/tenant_view.hpp"

namespace tenantd {
namespace {

using tenancy::Tenant;
using tenancy::TenantId;
using tenancy::TenantIdentifier;
using tenancy::TenantRegistry;
using tenancy::TenantStatus;
using Instances = std::shared_ptr<TenantInstances>;

constexpr std::string_view collection = "/api/tenants";
constexpr std::string_view instance_kind = "instance";

std::optional<std::string_view> slug_rule(std::string_view text) {
  if (!tenancy::Slug::parse(text)) {
    return "must be 1 to 63 lower-case letters, digits and inner hyphens, and no reserved word";
  }
  return std::nullopt;
}

std::optional<std::string_view> first_status_rule(std::string_view text) {
  if (text != tenancy::to_string(TenantStatus::active) &&
      text != tenancy::to_string(TenantStatus::provisioning)) {
    return "must be active or provisioning";
  }
  return std::nullopt;
}

/// A tenant on its way to an instance.
struct Onboarding {
  TenantRegistry registry;
  Instances instances;
  std::shared_ptr<TenantInstances::Place> place;
  TenantId tenant;
  InstanceName instance;
  bool is_new;     ///< Made by this request.
  bool activates;  ///< Whether the tenant becomes active once it has its instance.
};

std::string path_of(TenantId tenant) { return std::string{collection} + "/" + tenant.to_string(); }

bool may_have_instance(TenantStatus status) noexcept {
  return status == TenantStatus::active || status == TenantStatus::provisioning;
}

Problem shut_out() {
  return Problem{409, "Only a tenant that is active or provisioning gets pairing data."};
}

Problem without_gateway() {
  return Problem{409, "This service has no messaging gateway: its operator sets --messaging-url."};
}

/// Errors: 409 without a gateway; 503 when too many wait for it.
Reply<std::shared_ptr<TenantInstances::Place>> take_place(const Instances& instances) {
  if (!instances) {
    return without_gateway();
  }
  auto place = instances->take_place();
  if (!place) {
    Problem problem{503, "Too many requests wait for the messaging gateway."};
    problem.headers.push_back({"Retry-After", "1"});
    return problem;
  }
  return place;
}

/// What stopped halfway, with the way to go on.
Problem half_done(Problem problem, const Onboarding& onboarding) {
  if (onboarding.is_new) {
    problem.detail += " The tenant was created and nobody is let in yet.";
  }
  problem.tenant = onboarding.tenant.to_string();
  problem.resume = "POST " + path_of(onboarding.tenant) + "/messaging";
  problem.detail += " " + problem.resume + " goes on with it.";
  return problem;
}

Response show_paired(const Tenant& tenant, const Onboarding& onboarding, const Pairing& pairing) {
  JsonText json = tenant_json(tenant);
  json.raw_member("messaging", messaging_json(onboarding.instance, pairing).take());
  return with_version(onboarding.is_new ? created(path_of(tenant.id), std::move(json), tenant.id)
                                        : ok(std::move(json), tenant.id),
                      tenancy::RowVersion{tenant.version});
}

/// The tenant as it is, once it is active if it was provisioning.
tenancy::Result<Tenant> activated(const TenantRegistry& registry, TenantId id) {
  constexpr int most_tries = 3;
  for (int tries = 1;; ++tries) {
    BOOST_OUTCOME_TRY(auto tenant, registry.find(id));
    if (tenant.status != TenantStatus::provisioning) {
      return tenant;
    }
    // In this version only: it must not let in one that is shut out meanwhile.
    auto active = registry.activate(id, tenant.version);
    if (active || active.error() != tenancy::errc::version_conflict || tries == most_tries) {
      return active;
    }
  }
}

Reply<Outcome> finish(const Onboarding& onboarding, const Pairing& pairing, const Call& call) {
  const auto registry = onboarding.registry.with(call.limits);
  auto tenant = onboarding.activates ? activated(registry, onboarding.tenant)
                                     : registry.find(onboarding.tenant);
  if (!tenant) {
    Problem problem{std::move(tenant).error()};
    return half_done(std::move(problem), onboarding);
  }
  if (!may_have_instance(tenant.value().status)) {
    return shut_out();
  }
  return Outcome{show_paired(tenant.value(), onboarding, pairing)};
}

/// Takes the name of somebody else's instance from a tenant that nobody is let in to: what comes
/// through that instance is not the tenant's.
Reply<Outcome> give_up_name(const Onboarding& onboarding, const Call& call) {
  const auto registry = onboarding.registry.with(call.limits);
  BOOST_OUTCOME_TRY(const auto tenant, registry.find(onboarding.tenant));
  if (tenant.status == TenantStatus::provisioning) {
    BOOST_OUTCOME_TRY(const auto identifier,
                      TenantIdentifier::parse(instance_kind, onboarding.instance.text()));
    const auto removed = registry.remove_identifier(onboarding.tenant, identifier);
    if (!removed && removed.error() != tenancy::errc::not_found) {
      return half_done(Problem{removed.error()}, onboarding);
    }
  }
  Problem problem = to_problem(GatewayFault::name_taken);
  if (tenant.status == TenantStatus::provisioning) {
    problem.detail += " Name another one.";
  }
  return half_done(std::move(problem), onboarding);
}

Reply<Outcome> ask_gateway(const Onboarding& onboarding, Call& call) {
  const TenantInstances& instances = *onboarding.instances;
  auto pairing = onboarding.is_new
                     ? instances.make(onboarding.tenant, onboarding.instance, call.limits.deadline)
                     : instances.pair(onboarding.tenant, onboarding.instance, call.limits.deadline);
  if (pairing.has_error()) {
    const auto [fault, status] = pairing.error();
    log_warning("request=" + std::string{call.id} + " messaging gateway: " +
                std::string{name_of(fault)} + ", status " + std::to_string(status));
    if (fault != GatewayFault::name_taken) {
      return half_done(to_problem(fault), onboarding);
    }
    return Outcome{
        PendingWork{[onboarding](Call& later) { return give_up_name(onboarding, later); }}};
  }
  return Outcome{PendingWork{[onboarding, pairing = std::move(pairing).value()](Call& later) {
    return finish(onboarding, pairing, later);
  }}};
}

Outcome set_out(Onboarding onboarding) {
  return PendingErrand{onboarding.tenant, [onboarding = std::move(onboarding)](Call& later) {
                         return ask_gateway(onboarding, later);
                       }};
}

/// What is wanted of a new tenant.
struct Wish {
  tenancy::NewTenant tenant;
  std::optional<InstanceName> instance;
};

Reply<Wish> read_wish(const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  auto slug = fields.required_text("slug", slug_rule);
  auto name = fields.required_text("name", long_name_rule);
  const auto status = fields.optional_text("status", first_status_rule);
  std::optional<std::string> instance;
  if (auto messaging = fields.optional_fields("messaging")) {
    instance = messaging->required_text("instance", instance_name_rule);
    fields.include("messaging", *std::move(messaging));
  }
  BOOST_OUTCOME_TRY(fields.finish());
  Wish wish{.tenant = {.slug = *std::move(slug), .name = *std::move(name)}, .instance = {}};
  if (status) {
    BOOST_OUTCOME_TRY(wish.tenant.status, tenancy::parse_tenant_status(*status));
  }
  if (instance) {
    wish.instance = InstanceName::parse(*instance);
  }
  return wish;
}

/// What stands against a tenant: its slug was given out before, or its instance is another's.
Problem not_created(tenancy::Error error, const TenantRegistry& registry,
                    const std::vector<TenantIdentifier>& identifiers) {
  const bool is_conflict = error == tenancy::errc::already_exists;
  Problem problem = name_refused(std::move(error));
  if (is_conflict && !identifiers.empty()) {
    const bool is_slug = !registry.find(identifiers.front());
    problem.errors = {{is_slug ? "slug" : "messaging.instance", "is taken"}};
  }
  return problem;
}

Reply<Outcome> create(const Instances& instances, const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(auto wish, read_wish(call));
  std::shared_ptr<TenantInstances::Place> place;
  const bool activates = wish.tenant.status == TenantStatus::active;
  if (wish.instance) {
    BOOST_OUTCOME_TRY(place, take_place(instances));
    BOOST_OUTCOME_TRY(auto identifier,
                      TenantIdentifier::parse(instance_kind, wish.instance->text()));
    wish.tenant.identifiers.push_back(std::move(identifier));
    wish.tenant.status = TenantStatus::provisioning;
  }
  auto made = registry.create(wish.tenant);
  if (!made) {
    return not_created(std::move(made).error(), registry, wish.tenant.identifiers);
  }
  const Tenant& tenant = made.value();
  call.tenant = tenant.id;
  if (!wish.instance) {
    return Outcome{with_version(created(path_of(tenant.id), tenant_json(tenant), tenant.id),
                                tenancy::RowVersion{tenant.version})};
  }
  return set_out({.registry = registry,
                  .instances = instances,
                  .place = std::move(place),
                  .tenant = tenant.id,
                  .instance = *wish.instance,
                  .is_new = true,
                  .activates = activates});
}

/// Which of its instances a tenant means. One that is provisioning may name another, which becomes
/// its own. Errors: 404 for one that is none of its; 409 without a name where it has none or
/// several; 409 for another tenant's.
Reply<InstanceName> choose_instance(const TenantRegistry& registry, const Tenant& tenant,
                                    const std::optional<std::string>& wanted) {
  BOOST_OUTCOME_TRY(const auto identifiers, registry.identifiers(tenant.id));
  std::vector<InstanceName> own;
  for (const TenantIdentifier& identifier : identifiers) {
    const auto name = InstanceName::parse(identifier.value());
    if (identifier.kind() == instance_kind && name) {
      own.push_back(*name);
    }
  }
  if (!wanted) {
    if (own.size() == 1) {
      return own.front();
    }
    return Problem{409, own.empty() ? "The tenant has no messaging instance: name one."
                                    : "The tenant has several messaging instances: name one."};
  }
  const auto name = InstanceName::parse(*wanted);
  if (std::ranges::find(own, *name) != own.end()) {
    return *name;
  }
  if (tenant.status != TenantStatus::provisioning) {
    return Problem{404, "The tenant has no messaging instance of that name."};
  }
  BOOST_OUTCOME_TRY(const auto identifier, TenantIdentifier::parse(instance_kind, *wanted));
  const auto added = registry.add_identifier(tenant.id, identifier);
  if (!added) {
    Problem problem{added.error()};
    if (added.error() == tenancy::errc::already_exists) {
      problem.errors = {{"instance", "is taken"}};
    }
    return problem;
  }
  return *name;
}

Reply<Outcome> pair(const Instances& instances, const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  const auto wanted = fields.optional_text("instance", instance_name_rule);
  const bool activates = fields.optional_flag("activate").value_or(false);
  BOOST_OUTCOME_TRY(fields.finish());

  BOOST_OUTCOME_TRY(const auto tenant, registry.find(id));
  call.tenant = tenant.id;
  BOOST_OUTCOME_TRY(auto place, take_place(instances));
  if (!may_have_instance(tenant.status)) {
    return shut_out();
  }
  BOOST_OUTCOME_TRY(auto instance, choose_instance(registry, tenant, wanted));
  return set_out({.registry = registry,
                  .instances = instances,
                  .place = std::move(place),
                  .tenant = tenant.id,
                  .instance = std::move(instance),
                  .is_new = false,
                  .activates = activates});
}

}  // namespace

void add_onboarding_routes(Router& router, const Entrance& entrance,
                           std::shared_ptr<TenantInstances> instances) {
  router.add("POST", collection,
             registry_endpoint(entrance, [instances](const TenantRegistry& registry, Call& call) {
               return create(instances, registry, call);
             }));
  router.add("POST", "/api/tenants/{id}/messaging",
             registry_endpoint(entrance, [instances = std::move(instances)](
                                             const TenantRegistry& registry, Call& call) {
               return pair(instances, registry, call);
             }));
}

}  // namespace tenantd
