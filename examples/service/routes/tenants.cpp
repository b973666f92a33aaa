#include "service/routes/tenants.hpp"

#include <utility>

#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/paging.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::ordered_json;
using tenancy::Slug;
using tenancy::Tenant;
using tenancy::TenantId;
using tenancy::TenantRegistry;

constexpr std::string_view collection = "/api/tenants";
constexpr std::string_view item = "/api/tenants/{id}";
constexpr std::string_view keys = "/api/tenants/{id}/api-keys";

std::optional<std::string_view> slug_rule(std::string_view text) {
  if (!Slug::parse(text)) {
    return "must be 1 to 63 lower-case letters, digits and inner hyphens, and no reserved word";
  }
  return std::nullopt;
}

std::optional<std::string_view> scope_rule(std::string_view text) {
  if (!tenancy::parse_scope(text)) {
    return "must be read, write or admin";
  }
  return std::nullopt;
}

/// The library's rule for names is stricter in rare characters than the one that is checked before.
Problem name_refused(tenancy::Error error) {
  if (error.code() != tenancy::errc::invalid_argument) {
    return Problem{std::move(error)};
  }
  Problem problem = invalid_fields({{"name", "has characters that names must not have"}});
  problem.cause = std::move(error);
  return problem;
}

/// A text that is no tenant's id names no tenant, as does an id that was never given out.
Reply<TenantId> tenant_in_path(const Call& call) {
  auto id = TenantId::parse(call.parameter);
  if (!id) {
    return Problem{tenancy::Error{tenancy::errc::not_found, "not the text of a tenant's id"}};
  }
  return id.value();
}

Json to_json(const Tenant& tenant) {
  return Json{{"id", tenant.id.to_string()},
              {"slug", tenant.slug.to_string()},
              {"name", tenant.name},
              {"status", tenancy::to_string(tenant.status)},
              {"created_at", tenant.created_at.to_string()},
              {"updated_at", tenant.updated_at.to_string()}};
}

/// The one answer that holds a key's text.
Json to_json(const tenancy::IssuedApiKey& issued) {
  return Json{{"id", issued.key.id},
              {"name", issued.key.name},
              {"scope", tenancy::to_string(issued.key.scope)},
              {"created_at", issued.key.created_at.to_string()},
              {"key", issued.text.unsafe_text()}};
}

Reply<Response> create(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  auto slug = fields.required_text("slug", slug_rule);
  auto name = fields.required_text("name", long_name_rule);
  BOOST_OUTCOME_TRY(fields.finish());

  auto made = registry.create({.slug = *std::move(slug), .name = *std::move(name)});
  if (!made) {
    return name_refused(std::move(made).error());
  }
  const Tenant& tenant = made.value();
  call.tenant = tenant.id;
  return created(std::string{collection} + "/" + tenant.id.to_string(), to_json(tenant), tenant.id);
}

Reply<Response> list(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"page", "per_page"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page(call.query));
  BOOST_OUTCOME_TRY(const auto page, registry.list(request));
  Json items = Json::array();
  for (const Tenant& tenant : page.items) {
    items.push_back(to_json(tenant));
  }
  return ok_list(std::move(items), pagination_of(request, page), std::nullopt);
}

Reply<Response> show(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(const Tenant tenant, registry.find(id));
  call.tenant = tenant.id;
  return ok(to_json(tenant), tenant.id);
}

Reply<Response> issue_key(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  const auto name = fields.required_text("name", short_name_rule);
  const auto scope = fields.optional_text("scope", scope_rule);
  BOOST_OUTCOME_TRY(fields.finish());

  tenancy::ApiKeyRequest request;
  request.name = *name;
  if (scope) {
    BOOST_OUTCOME_TRY(request.scope, tenancy::parse_scope(*scope));
  }
  auto issued = registry.issue_key(id, request);
  if (!issued) {
    return name_refused(std::move(issued).error());
  }
  call.tenant = id;
  return created(std::nullopt, to_json(issued.value()), id);
}

}  // namespace

void add_tenant_routes(Router& router, const tenancy::Authenticator& authenticator) {
  const auto entered = [authenticator](auto run) -> Endpoint {
    return [authenticator, run](Call& call) -> Reply<Response> {
      BOOST_OUTCOME_TRY(const auto registry, enter_registry(authenticator, call));
      return run(registry, call);
    };
  };
  router.add("GET", collection, entered(list));
  router.add("POST", collection, entered(create));
  router.add("GET", item, entered(show));
  router.add("POST", keys, entered(issue_key));
}

}  // namespace tenantd
