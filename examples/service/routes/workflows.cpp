#include "service/routes/workflows.hpp"

#include <string>
#include <vector>

#include "tenancy/data/repository.hpp"

#include "service/http/fields.hpp"
#include "service/routes/access.hpp"
#include "service/routes/execution_view.hpp"
#include "service/routes/filters.hpp"
#include "service/routes/paging.hpp"
#include "service/routes/versioned_resource.hpp"
#include "service/workflow.hpp"

namespace tenantd {
namespace {

using tenancy::field;
using tenancy::Result;

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

struct Workflows {
  using Row = Workflow;
  static constexpr std::string_view collection = "/api/workflows";
  static constexpr Metric metric = Metric::workflows;

  static JsonText to_json(const Workflow& workflow) {
    JsonText json = summary_json(workflow);
    json.raw_member("definition", workflow.definition.text());
    return json;
  }

  static Workflow read_row(Fields& fields) {
    Workflow workflow;
    workflow.name = fields.required_text("name", long_name_rule).value_or("");
    workflow.status =
        fields.optional_named<WorkflowStatus>("status").value_or(WorkflowStatus::draft);
    workflow.definition = fields.optional_object("definition").value_or(ObjectText{});
    return workflow;
  }

  static tenancy::Changes<Workflow> read_changes(Fields& fields) {
    tenancy::Changes<Workflow> changes;
    changes.set_if<&Workflow::name>(fields.optional_text("name", long_name_rule));
    changes.set_if<&Workflow::status>(fields.optional_named<WorkflowStatus>("status"));
    changes.set_if<&Workflow::definition>(fields.optional_object("definition"));
    return changes;
  }
};

std::string to_json(const std::vector<Execution>& executions) {
  std::string json{'['};
  for (const Execution& execution : executions) {
    json.append(json.size() > 1 ? "," : "").append(to_json(execution).take());
  }
  return json += ']';
}

/// The workflows that a request asks for, in its order.
Reply<tenancy::Query<WorkflowSummary>> read_query(const Query& query) {
  tenancy::Query<WorkflowSummary> wanted;
  BOOST_OUTCOME_TRY(filter_by_status<&WorkflowSummary::status>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_name<&WorkflowSummary::name>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&WorkflowSummary::created_at>(query, "created", wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&WorkflowSummary::updated_at>(query, "updated", wanted));
  BOOST_OUTCOME_TRY(const auto search, search_text(query));
  if (search) {
    wanted.where(field<&WorkflowSummary::name>.contains(*search));
  }
  BOOST_OUTCOME_TRY(sort_rows(query, sortable_columns, wanted));
  return wanted;
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

/// How many executions of each workflow a list adds. Errors: 400.
Reply<std::int64_t> latest_executions(const Query& query, const tenancy::PageRequest& request) {
  constexpr std::int64_t most_of_one = 20;
  // Each may tell of an error at length.
  constexpr std::int64_t most_of_all = 1000;
  BOOST_OUTCOME_TRY(const auto executions, query.number("executions", 0, 0, most_of_one));
  if (executions * request.limit > most_of_all) {
    return Problem{400,
                   "A list shows at most 1000 executions: ask for fewer of each workflow, or "
                   "for fewer workflows in a page."};
  }
  return executions;
}

Reply<Response> list(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only(
      {"page", "per_page", "cursor", "limit", "status", "name", "search", "created_after",
       "created_before", "updated_after", "updated_before", "sort", "executions", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto executions, latest_executions(call.query, request));
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

}  // namespace

void add_workflow_routes(Router& router, const Entrance& entrance) {
  TenantRoutes routes{router, entrance};
  routes.read(Workflows::collection, Pace::slow, list);
  // A definition may be as large as a body.
  add_versioned_resource<Workflows>(routes, Pace::slow);
}

}  // namespace tenantd
