#include "service/routes/deployments.hpp"

#include <utility>

#include "tenancy/data/repository.hpp"

#include "service/deployment.hpp"
#include "service/http/entity_tag.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/conditional.hpp"
#include "service/routes/filters.hpp"
#include "service/routes/paging.hpp"

namespace tenantd {
namespace {

using Deployments = tenancy::Repository<Deployment>;
using tenancy::field;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::TenantId;
using tenancy::Versioned;
using tenancy::WriteTransaction;

constexpr std::string_view collection = "/api/deployments";
constexpr std::string_view item = "/api/deployments/{id}";

constexpr SortableColumn<Deployment> sortable_columns[] = {
    sortable<Deployment, &Deployment::project_name>("project_name"),
    sortable<Deployment, &Deployment::status>("status"),
    sortable<Deployment, &Deployment::created_at>("created_at"),
    sortable<Deployment, &Deployment::updated_at>("updated_at")};

JsonText to_json(const Deployment& deployment) {
  JsonText json;
  json.member("id", deployment.id)
      .member("project_name", deployment.project_name)
      .member("status", name_of(deployment.status))
      .member("url", deployment.url)
      .member("created_at", deployment.created_at)
      .member("updated_at", deployment.updated_at);
  return json;
}

Response show_one(const Versioned<Deployment>& stored, TenantId tenant) {
  return with_version(ok(to_json(stored.row), tenant), stored.version);
}

/// A whole deployment, as a body says it. Errors: those of `Fields`.
Reply<Deployment> read_deployment(const Call& call) {
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  Deployment deployment;
  deployment.project_name = fields.required_text("project_name", long_name_rule).value_or("");
  deployment.status =
      fields.optional_named<DeploymentStatus>("status").value_or(DeploymentStatus::pending);
  deployment.url = fields.nullable_text("url", web_url_rule).value_or(std::nullopt);
  BOOST_OUTCOME_TRY(fields.finish());
  return deployment;
}

/// The deployments that a request asks for, in its order.
Reply<tenancy::Query<Deployment>> read_query(const Query& query) {
  tenancy::Query<Deployment> wanted;
  BOOST_OUTCOME_TRY(filter_by_status<&Deployment::status>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&Deployment::created_at>(query, "created", wanted));
  BOOST_OUTCOME_TRY(const auto search, search_text(query));
  if (search) {
    wanted.where(field<&Deployment::project_name>.contains(*search) ||
                 field<&Deployment::url>.contains(*search));
  }
  BOOST_OUTCOME_TRY(sort_rows(query, sortable_columns, wanted));
  return wanted;
}

Reply<WriteUnit> create(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(auto deployment, read_deployment(call));
  return WriteUnit{[deployment = std::move(deployment),
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    BOOST_OUTCOME_TRY(const auto row, Deployments(transaction).insert(deployment));
    return with_version(created(std::string{collection} + "/" + row.id, to_json(row), tenant),
                        tenancy::RowVersion{});
  }};
}

Reply<Response> list(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(
      call.query.allow_only({"page", "per_page", "cursor", "limit", "status", "search",
                             "created_after", "created_before", "sort", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto query, read_query(call.query));
  BOOST_OUTCOME_TRY(const auto page,
                    Deployments(view.store, view.context, call.limits).list(query, request));
  return list_response(request, page, view.context.tenant(), to_json);
}

Reply<Response> show(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(
      const auto stored,
      Deployments(view.store, view.context, call.limits).require_versioned(call.parameter()));
  return show_one(stored, view.context.tenant());
}

Reply<WriteUnit> replace(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(auto deployment, read_deployment(call));
  deployment.id = call.parameter();
  return WriteUnit{[deployment = std::move(deployment), seen,
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    BOOST_OUTCOME_TRY(const auto stored, replace_row(transaction, deployment, seen));
    return show_one(stored, tenant);
  }};
}

Reply<WriteUnit> change(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json",
                                                             "application/merge-patch+json"}));
  tenancy::Changes<Deployment> changes;
  changes.set_if<&Deployment::project_name>(fields.optional_text("project_name", long_name_rule));
  changes.set_if<&Deployment::status>(fields.optional_named<DeploymentStatus>("status"));
  changes.set_if<&Deployment::url>(fields.nullable_text("url", web_url_rule));
  BOOST_OUTCOME_TRY(fields.finish());
  return WriteUnit{[id = call.parameter(), changes = std::move(changes), seen,
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    BOOST_OUTCOME_TRY(const auto stored, change_row(transaction, id, changes, seen));
    return show_one(stored, tenant);
  }};
}

Reply<WriteUnit> remove(const TenantContext& /*context*/, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  return erasing<Deployment>(call.parameter(), seen);
}

}  // namespace

void add_deployment_routes(Router& router, const Entrance& entrance) {
  TenantRoutes routes{router, entrance};
  routes.read(collection, Pace::slow, list);
  routes.write("POST", collection, create);
  routes.read(item, Pace::quick, show);
  routes.write("PUT", item, replace);
  routes.write("PATCH", item, change);
  routes.write("DELETE", item, remove);
}

}  // namespace tenantd
