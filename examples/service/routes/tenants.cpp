#include "service/routes/tenants.hpp"

#include <utility>

#include "tenancy/core/clock.hpp"

#include "service/http/entity_tag.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/filters.hpp"
#include "service/routes/paging.hpp"
#include "service/routes/registry_endpoint.hpp"
#include "service/routes/tenant_view.hpp"

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
constexpr std::string_view key_item = "/api/tenants/{id}/api-keys/{key}";

std::optional<std::string_view> time_rule(std::string_view text) {
  if (!tenancy::Timestamp::parse(text)) {
    return "must be a time such as 2026-01-31T12:00:00Z";
  }
  return std::nullopt;
}

std::optional<std::string_view> scope_rule(std::string_view text) {
  if (!tenancy::parse_scope(text)) {
    return "must be read, write or admin";
  }
  return std::nullopt;
}

/// The version that `If-Match` asks for, as the registry takes it. Errors: 400.
Reply<std::optional<std::int64_t>> required_tenant_version(const Request& request) {
  BOOST_OUTCOME_TRY(const auto version, required_version(request));
  return version ? std::optional{version->value()} : std::nullopt;
}

Json optional_time(const std::optional<tenancy::Timestamp>& time) {
  return time ? Json(time->to_string()) : Json(nullptr);
}

JsonText to_json(const tenancy::ApiKey& key) {
  JsonText json;
  json.member("id", key.id)
      .member("name", key.name)
      .member("scope", tenancy::to_string(key.scope))
      .member("created_at", key.created_at)
      .member("expires_at", key.expires_at)
      .member("revoked_at", key.revoked_at)
      .member("last_used_at", key.last_used_at);
  return json;
}

/// The one answer that holds a key's text.
Json to_json(const tenancy::IssuedApiKey& issued) {
  return Json{{"id", issued.key.id},
              {"name", issued.key.name},
              {"scope", tenancy::to_string(issued.key.scope)},
              {"created_at", issued.key.created_at.to_string()},
              {"expires_at", optional_time(issued.key.expires_at)},
              {"key", issued.text.unsafe_text()}};
}

/// A list of the one tenant that is called so, or of none. Errors: 400.
Reply<Response> list_of_slug(const TenantRegistry& registry, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"slug"}));
  const auto slug = Slug::parse(*call.query.find("slug"));
  if (!slug) {
    return Problem{400, "The query parameter slug is the slug of a tenant."};
  }
  tenancy::Page<Tenant> page;
  const auto found = registry.find(slug.value());
  if (found) {
    page.items.push_back(found.value());
  } else if (found.error() != tenancy::errc::not_found) {
    return Problem{found.error()};
  }
  const tenancy::PageRequest request;
  const auto total = static_cast<std::int64_t>(page.items.size());
  page.numbers = tenancy::PageNumbers{1, request.limit, total, total};
  return list_response(request, page, std::nullopt,
                       [](const Tenant& tenant) { return tenant_json(tenant); });
}

/// Errors: 400 with what there is to sort by.
Reply<std::optional<tenancy::TenantSort>> sort_of_tenants(const Query& query) {
  const std::string* const text = query.find("sort");
  if (text == nullptr) {
    return std::optional<tenancy::TenantSort>{};
  }
  const auto sort = tenancy::parse_tenant_sort(*text);
  if (!sort) {
    return Problem{400,
                   "The query parameter sort has one of created_at, updated_at, slug, name, and - "
                   "before it to put the greatest first."};
  }
  return std::optional{sort.value()};
}

Reply<Response> list(const TenantRegistry& registry, Call& call) {
  if (call.query.find("slug") != nullptr) {
    return list_of_slug(registry, call);
  }
  BOOST_OUTCOME_TRY(call.query.allow_only({"page", "per_page", "cursor", "limit", "status", "plan",
                                           "search", "created_after", "created_before", "sort"}));
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
  BOOST_OUTCOME_TRY(filter.created_from, time_parameter(call.query, "created_after"));
  BOOST_OUTCOME_TRY(filter.created_before, time_parameter(call.query, "created_before"));
  BOOST_OUTCOME_TRY(const auto sort, sort_of_tenants(call.query));
  BOOST_OUTCOME_TRY(const auto page, registry.list(request, filter, sort));
  return list_response(request, page, std::nullopt,
                       [](const Tenant& tenant) { return tenant_json(tenant); });
}

Reply<Response> show(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(const Tenant tenant, registry.find(id));
  call.tenant = tenant.id;
  return show_one(tenant);
}

Reply<Response> change(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(const auto seen, required_tenant_version(call.request));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json",
                                                             "application/merge-patch+json"}));
  tenancy::TenantChange change;
  change.name = fields.optional_text("name", long_name_rule);
  change.plan = fields.optional_text("plan", short_name_rule);
  BOOST_OUTCOME_TRY(fields.finish());
  auto changed = registry.update(id, change, seen);
  if (!changed) {
    return name_refused(std::move(changed).error());
  }
  call.tenant = id;
  return show_one(changed.value());
}

using ChangeStatus = tenancy::Result<Tenant> (TenantRegistry::*)(TenantId,
                                                                 std::optional<std::int64_t>) const;

/// An endpoint that takes no body and gives the tenant its next status.
auto changing_status(ChangeStatus to) {
  return [to](const TenantRegistry& registry, Call& call) -> Reply<Response> {
    BOOST_OUTCOME_TRY(call.query.allow_only({}));
    BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
    BOOST_OUTCOME_TRY(const auto seen, required_tenant_version(call.request));
    BOOST_OUTCOME_TRY(const Tenant tenant, (registry.*to)(id, seen));
    call.tenant = id;
    return show_one(tenant);
  };
}

/// Errors: 400 with the statuses there are.
Reply<std::optional<tenancy::ApiKeyStatus>> status_of_keys(const Query& query) {
  const std::string* const text = query.find("status");
  if (text == nullptr) {
    return std::optional<tenancy::ApiKeyStatus>{};
  }
  const auto status = tenancy::parse_api_key_status(*text);
  if (!status) {
    return Problem{400, "The query parameter status has one of active, expired, revoked."};
  }
  return std::optional{status.value()};
}

Reply<Response> list_keys(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"page", "per_page", "cursor", "limit", "status"}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto status, status_of_keys(call.query));
  BOOST_OUTCOME_TRY(const auto page, registry.keys(id, request, status));
  call.tenant = id;
  return list_response(request, page, id, [](const tenancy::ApiKey& key) { return to_json(key); });
}

Reply<Response> issue_key(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  const auto name = fields.required_text("name", short_name_rule);
  const auto scope = fields.optional_text("scope", scope_rule);
  const auto expires_at = fields.nullable_text("expires_at", time_rule).value_or(std::nullopt);
  BOOST_OUTCOME_TRY(fields.finish());

  tenancy::ApiKeyRequest request;
  request.name = *name;
  if (scope) {
    BOOST_OUTCOME_TRY(request.scope, tenancy::parse_scope(*scope));
  }
  if (expires_at) {
    BOOST_OUTCOME_TRY(request.expires_at, tenancy::Timestamp::parse(*expires_at));
    if (*request.expires_at <= tenancy::SystemClock{}.now()) {
      return invalid_fields({{"expires_at", "must be in the future"}});
    }
  }
  auto issued = registry.issue_key(id, request);
  if (!issued) {
    return name_refused(std::move(issued).error());
  }
  call.tenant = id;
  return created(std::nullopt, to_json(issued.value()), id);
}

/// Repeating it changes nothing.
Reply<Response> revoke_key(const TenantRegistry& registry, Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  BOOST_OUTCOME_TRY(registry.revoke_key(id, call.parameter(1)));
  call.tenant = id;
  return no_content();
}

}  // namespace

void add_tenant_routes(Router& router, const Entrance& entrance) {
  const auto entered = [&entrance](auto run) { return registry_endpoint(entrance, run); };
  router.add("GET", collection, entered(list));
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
  router.add("DELETE", key_item, entered(revoke_key));
}

}  // namespace tenantd
