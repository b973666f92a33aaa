#include "service/routes/deployments.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tenancy/data/repository.hpp"

#include "service/deployment.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/paging.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::ordered_json;
using Deployments = tenancy::Repository<Deployment>;
using tenancy::Result;
using tenancy::Scope;
using tenancy::Store;
using tenancy::TenantContext;

constexpr std::string_view collection = "/api/deployments";
constexpr std::string_view item = "/api/deployments/{id}";

std::optional<std::string_view> status_rule(std::string_view text) {
  constexpr std::array<std::string_view, 4> known{"pending", "active", "failed", "stopped"};
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    return "must be pending, active, failed or stopped";
  }
  return std::nullopt;
}

Json to_json(const Deployment& deployment) {
  return Json{{"id", deployment.id},
              {"project_name", deployment.project_name},
              {"status", deployment.status},
              {"url", deployment.url ? Json(*deployment.url) : Json(nullptr)},
              {"created_at", deployment.created_at.to_string()},
              {"updated_at", deployment.updated_at.to_string()}};
}

Reply<Response> create(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  Deployment deployment;
  deployment.project_name = fields.required_text("project_name", long_name_rule).value_or("");
  deployment.status = fields.optional_text("status", status_rule).value_or("pending");
  deployment.url = fields.nullable_text("url", web_url_rule).value_or(std::nullopt);
  BOOST_OUTCOME_TRY(fields.finish());

  BOOST_OUTCOME_TRY(const Deployment row,
                    Deployments(store, context).insert(std::move(deployment)));
  return created(std::string{collection} + "/" + row.id, to_json(row), context.tenant());
}

Reply<Response> list(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"page", "per_page", "cursor", "limit", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto page, Deployments(store, context).list(request));
  Json items = Json::array();
  for (const Deployment& deployment : page.items) {
    items.push_back(to_json(deployment));
  }
  return ok_list(std::move(items), pagination_of(request, page), context.tenant());
}

Reply<Response> show(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const Deployment row, Deployments(store, context).require(call.parameter));
  return ok(to_json(row), context.tenant());
}

Reply<Response> change(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json",
                                                             "application/merge-patch+json"}));
  const auto project_name = fields.optional_text("project_name", long_name_rule);
  const auto status = fields.optional_text("status", status_rule);
  const auto url = fields.nullable_text("url", web_url_rule);
  BOOST_OUTCOME_TRY(fields.finish());

  BOOST_OUTCOME_TRY(
      const Deployment row,
      store.write(context, [&](tenancy::WriteTransaction& transaction) -> Result<Deployment> {
        const Deployments deployments{transaction};
        BOOST_OUTCOME_TRY(Deployment deployment, deployments.require(call.parameter));
        deployment.project_name = project_name.value_or(deployment.project_name);
        deployment.status = status.value_or(deployment.status);
        deployment.url = url.value_or(deployment.url);
        return deployments.update(std::move(deployment));
      }));
  return ok(to_json(row), context.tenant());
}

Reply<Response> remove(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(Deployments(store, context).erase(call.parameter));
  return no_content();
}

}  // namespace

void add_deployment_routes(Router& router, const Store& store,
                           const tenancy::Authenticator& authenticator) {
  const auto entered = [store, authenticator](Scope needed, auto run) -> Endpoint {
    return [store, authenticator, needed, run](Call& call) -> Reply<Response> {
      return answer_as_tenant(authenticator, call, needed, [&](const TenantContext& context) {
        return run(store, context, call);
      });
    };
  };
  router.add("GET", collection, entered(Scope::read, list));
  router.add("POST", collection, entered(Scope::write, create));
  router.add("GET", item, entered(Scope::read, show));
  router.add("PATCH", item, entered(Scope::write, change));
  router.add("DELETE", item, entered(Scope::write, remove));
}

}  // namespace tenantd
