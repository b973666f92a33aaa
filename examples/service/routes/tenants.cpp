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
  auto id = TenantId::parse(call.parameter());
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
              {"plan", tenant.plan.empty() ? Json(nullptr) : Json(tenant.plan)},
              {"version", tenant.version},
              {"created_at", tenant.created_at.to_string()},
              {"updated_at", tenant.updated_at.to_string()}};
}

Json optional_time(const std::optional<tenancy::Timestamp>& time) {
  return time ? Json(time->to_string()) : Json(nullptr);
}

Json to_json(const tenancy::ApiKey& key) {
  return Json{{"id", key.id},
              {"name", key.name},
              {"scope", tenancy::to_string(key.scope)},
              {"created_at", key.created_at.to_string()},
              {"expires_at", optional_time(key.expires_at)},
              {"revoked_at", optional_time(key.revoked_at)},
              {"last_used_at", optional_time(key.last_used_at)}};
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
  BOOST_OUTCOME_TRY(
      call.query.allow_only({"page", "per_page", "cursor", "limit", "status", "plan", "search"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  tenancy::TenantFilter filter;
  if (const std::string* const status = call.query.find("status")) {
    BOOST_OUTCOME_TRY(filter.status, tenancy::parse_tenant_status(*status));
  }
  if (const std::string* const plan = call.query.find("plan")) {
    filter.plan = *plan;
  }
  if (const std::string* const search = call.query.find("search")) {
    filter.search = *search;
  }
  BOOST_OUTCOME_TRY(const auto page, registry.list(request, filter));
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

Reply<Response> change(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json",
                                                             "application/merge-patch+json"}));
  tenancy::TenantChange change;
  change.name = fields.optional_text("name", long_name_rule);
  change.plan = fields.optional_text("plan", short_name_rule);
  BOOST_OUTCOME_TRY(fields.finish());
  auto changed = registry.update(id, change);
  if (!changed) {
    return name_refused(std::move(changed).error());
  }
  call.tenant = id;
  return ok(to_json(changed.value()), id);
}

using ChangeStatus = tenancy::Result<Tenant> (TenantRegistry::*)(TenantId,
                                                                 std::optional<std::int64_t>) const;

/// An endpoint that takes no body and gives the tenant its next status.
auto changing_status(ChangeStatus to) {
  return [to](const TenantRegistry& registry, Call& call) -> Reply<Response> {
    BOOST_OUTCOME_TRY(call.query.allow_only({}));
    BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
    BOOST_OUTCOME_TRY(const Tenant tenant, (registry.*to)(id, std::nullopt));
    call.tenant = id;
    return ok(to_json(tenant), id);
  };
}

Reply<Response> list_keys(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(const auto all, registry.keys(id));
  Json items = Json::array();
  for (const tenancy::ApiKey& key : all) {
    items.push_back(to_json(key));
  }
  call.tenant = id;
  return ok(std::move(items), id);
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
  // The registry's calls wait for their turn to write, or read many rows.
  const auto entered = [authenticator](auto run) {
    return Endpoint{Pace::slow, [authenticator, run](Call& call) -> Reply<Outcome> {
                      BOOST_OUTCOME_TRY(const auto registry, enter_registry(authenticator, call));
                      BOOST_OUTCOME_TRY(auto response, run(registry, call));
                      return Outcome{std::move(response)};
                    }};
  };
  router.add("GET", collection, entered(list));
  router.add("POST", collection, entered(create));
  router.add("GET", item, entered(show));
  router.add("PATCH", item, entered(change));
  router.add("POST", "/api/tenants/{id}/activate",
             entered(changing_status(&TenantRegistry::activate)));
  router.add("POST", "/api/tenants/{id}/deactivate",
             entered(changing_status(&TenantRegistry::deactivate)));
  router.add("POST", "/api/tenants/{id}/suspend",
             entered(changing_status(&TenantRegistry::suspend)));
  router.add("POST", "/api/tenants/{id}/archive",
             entered(changing_status(&TenantRegistry::archive)));
  router.add("GET", keys, entered(list_keys));
  router.add("POST", keys, entered(issue_key));
}

}  // namespace tenantd
