#include "service/routes/deployments.hpp"

#include "tenancy/data/repository.hpp"

#include "service/deployment.hpp"
#include "service/http/fields.hpp"
#include "service/routes/access.hpp"
#include "service/routes/filters.hpp"
#include "service/routes/paging.hpp"
#include "service/routes/versioned_resource.hpp"

namespace tenantd {
namespace {

using tenancy::field;

constexpr SortableColumn<Deployment> sortable_columns[] = {
    sortable<Deployment, &Deployment::project_name>("project_name"),
    sortable<Deployment, &Deployment::status>("status"),
    sortable<Deployment, &Deployment::created_at>("created_at"),
    sortable<Deployment, &Deployment::updated_at>("updated_at")};

struct Deployments {
  using Row = Deployment;
  static constexpr std::string_view collection = "/api/deployments";
  static constexpr Metric metric = Metric::deployments;

  static JsonText to_json(const Deployment& deployment) {
    JsonText json;
    json.member("id", deployment.id)
        .member("project_name", deployment.project_name)
        .member("status", name_of(deployment.status))
        .member("url", deployment.url)
        .member("created_at", deployment.created_at)
        .member("updated_at", deployment.updated_at);
    return json;
  }

  static Deployment read_row(Fields& fields) {
    Deployment deployment;
    deployment.project_name = fields.required_text("project_name", long_name_rule).value_or("");
    deployment.status =
        fields.optional_named<DeploymentStatus>("status").value_or(DeploymentStatus::pending);
    deployment.url = fields.nullable_text("url", web_url_rule).value_or(std::nullopt);
    return deployment;
  }

  static tenancy::Changes<Deployment> read_changes(Fields& fields) {
    tenancy::Changes<Deployment> changes;
    changes.set_if<&Deployment::project_name>(fields.optional_text("project_name", long_name_rule));
    changes.set_if<&Deployment::status>(fields.optional_named<DeploymentStatus>("status"));
    changes.set_if<&Deployment::url>(fields.nullable_text("url", web_url_rule));
    return changes;
  }
};

/// The deployments that a request asks for, in its order.
Reply<tenancy::Query<Deployment>> read_query(const Query& query) {
  tenancy::Query<Deployment> wanted;
  BOOST_OUTCOME_TRY(filter_by_status<&Deployment::status>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_name<&Deployment::project_name>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&Deployment::created_at>(query, "created", wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&Deployment::updated_at>(query, "updated", wanted));
  BOOST_OUTCOME_TRY(const auto search, search_text(query));
  if (search) {
    wanted.where(field<&Deployment::project_name>.contains(*search) ||
                 field<&Deployment::url>.contains(*search));
  }
  BOOST_OUTCOME_TRY(sort_rows(query, sortable_columns, wanted));
  return wanted;
}

Reply<Response> list(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only(
      {"page", "per_page", "cursor", "limit", "status", "name", "search", "created_after",
       "created_before", "updated_after", "updated_before", "sort", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto query, read_query(call.query));
  const tenancy::Repository<Deployment> rows{view.store, view.context, call.limits};
  BOOST_OUTCOME_TRY(const auto page, rows.list(query, request));
  return list_response(request, page, view.context.tenant(), Deployments::to_json);
}

}  // namespace

void add_deployment_routes(Router& router, const Entrance& entrance) {
  TenantRoutes routes{router, entrance};
  routes.read(Deployments::collection, Pace::slow, list);
  add_versioned_resource<Deployments>(routes, Pace::quick);
}

}  // namespace tenantd
