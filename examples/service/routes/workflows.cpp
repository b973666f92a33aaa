#include "service/routes/workflows.hpp"

#include <utility>
#include <vector>

#include "tenancy/data/repository.hpp"

#include "service/http/entity_tag.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/conditional.hpp"
#include "service/routes/execution_view.hpp"
#include "service/routes/filters.hpp"
#include "service/routes/paging.hpp"
#include "service/workflow.hpp"

namespace tenantd {
namespace {

using Workflows = tenancy::Repository<Workflow>;
using tenancy::field;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::TenantId;
using tenancy::Versioned;
using tenancy::WriteTransaction;

constexpr std::string_view collection = "/api/workflows";
constexpr std::string_view item = "/api/workflows/{id}";

constexpr SortableColumn<WorkflowSummary> sortable_columns[] = {
    sortable<WorkflowSummary, &WorkflowSummary::name>("name"),
    sortable<WorkflowSummary, &WorkflowSummary::status>("status"),
    sortable<WorkflowSummary, &WorkflowSummary::created_at>("created_at"),
    sortable<WorkflowSummary, &WorkflowSummary::updated_at>("updated_at")};

JsonText summary_json(const WorkflowSummary& workflow) {
  JsonText json;
  json.member("id", workflow.id)
      .member("name", workflow.name)
      .member("status", name_of(workflow.status))
      .member("created_at", workflow.created_at)
      .member("updated_at", workflow.updated_at);
  return json;
}

JsonText to_json(const Workflow& workflow) {
  JsonText json = summary_json(workflow);
  json.raw_member("definition", workflow.definition.dump());
  return json;
}

std::string to_json(const std::vector<Execution>& executions) {
  std::string json{'['};
  for (const Execution& execution : executions) {
    json.append(json.size() > 1 ? "," : "").append(to_json(execution).take());
  }
  return json += ']';
}

Response show_one(const Versioned<Workflow>& stored, TenantId tenant) {
  return with_version(ok(to_json(stored.row), tenant), stored.version);
}

/// A whole workflow, as a body says it. Errors: those of `Fields`.
Reply<Workflow> read_workflow(const Call& call) {
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  Workflow workflow;
  workflow.name = fields.required_text("name", long_name_rule).value_or("");
  workflow.status = fields.optional_named<WorkflowStatus>("status").value_or(WorkflowStatus::draft);
  workflow.definition = fields.optional_object("definition").value_or(nlohmann::json::object());
  BOOST_OUTCOME_TRY(fields.finish());
  return workflow;
}

/// The workflows that a request asks for, in its order.
Reply<tenancy::Query<WorkflowSummary>> read_query(const Query& query) {
  tenancy::Query<WorkflowSummary> wanted;
  BOOST_OUTCOME_TRY(filter_by_status<&WorkflowSummary::status>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&WorkflowSummary::created_at>(query, "created", wanted));
  BOOST_OUTCOME_TRY(const auto search, search_text(query));
  if (search) {
    wanted.where(field<&WorkflowSummary::name>.contains(*search));
  }
  BOOST_OUTCOME_TRY(sort_rows(query, sortable_columns, wanted));
  return wanted;
}

Reply<WriteUnit> create(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(auto workflow, read_workflow(call));
  return WriteUnit{[workflow = std::move(workflow),
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    BOOST_OUTCOME_TRY(const auto row, Workflows(transaction).insert(workflow));
    return with_version(created(std::string{collection} + "/" + row.id, to_json(row), tenant),
                        tenancy::RowVersion{});
  }};
}

struct Overview {
  tenancy::Page<WorkflowSummary> page;
  std::vector<std::vector<Execution>> executions;  ///< For each workflow; empty when not asked for.
};

/// A page of workflows with the latest executions of each: two statements, however many there are.
Result<Overview> read_overview(const TenantView& view, const tenancy::CallOptions& limits,
                               const tenancy::Query<WorkflowSummary>& query,
                               const tenancy::PageRequest& request, std::int64_t executions) {
  return view.store.read(
      view.context, limits, [&](tenancy::ReadTransaction& transaction) -> Result<Overview> {
        Overview overview;
        BOOST_OUTCOME_TRY(overview.page, tenancy::ReadRepository<WorkflowSummary>{transaction}.list(
                                             query, request));
        if (executions > 0) {
          const auto latest_first =
              tenancy::Query<Execution>{}.order_by(tenancy::descending<&Execution::started_at>);
          BOOST_OUTCOME_TRY(overview.executions,
                            tenancy::ReadRepository<Execution>{transaction}.children_of(
                                overview.page.items, latest_first, executions));
        }
        return overview;
      });
}

Reply<Response> list(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"page", "per_page", "cursor", "limit", "status",
                                           "search", "created_after", "created_before", "sort",
                                           "executions", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto executions, call.query.number("executions", 0, 0, 20));
  BOOST_OUTCOME_TRY(const auto query, read_query(call.query));
  BOOST_OUTCOME_TRY(const auto overview,
                    read_overview(view, call.limits, query, request, executions));
  std::size_t index = 0;
  return list_response(
      request, overview.page, view.context.tenant(), [&](const WorkflowSummary& workflow) {
        JsonText json = summary_json(workflow);
        if (executions > 0) {
          json.raw_member("latest_executions", to_json(overview.executions[index++]));
        }
        return json;
      });
}

Reply<Response> show(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(
      const auto stored,
      Workflows(view.store, view.context, call.limits).require_versioned(call.parameter()));
  return show_one(stored, view.context.tenant());
}

Reply<WriteUnit> replace(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(auto workflow, read_workflow(call));
  workflow.id = call.parameter();
  return WriteUnit{[workflow = std::move(workflow), seen,
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    BOOST_OUTCOME_TRY(const auto stored, replace_row(transaction, workflow, seen));
    return show_one(stored, tenant);
  }};
}

Reply<WriteUnit> change(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json",
                                                             "application/merge-patch+json"}));
  tenancy::Changes<Workflow> changes;
  changes.set_if<&Workflow::name>(fields.optional_text("name", long_name_rule));
  changes.set_if<&Workflow::status>(fields.optional_named<WorkflowStatus>("status"));
  changes.set_if<&Workflow::definition>(fields.optional_object("definition"));
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
  return erasing<Workflow>(call.parameter(), seen);
}

}  // namespace

void add_workflow_routes(Router& router, const Entrance& entrance) {
  TenantRoutes routes{router, entrance};
  routes.read(collection, Pace::slow, list);
  routes.write("POST", collection, create);
  routes.read(item, Pace::quick, show);
  routes.write("PUT", item, replace);
  routes.write("PATCH", item, change);
  routes.write("DELETE", item, remove);
}

}  // namespace tenantd
