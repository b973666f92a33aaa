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

using Json = nlohmann::ordered_json;
using Workflows = tenancy::Repository<Workflow>;
using tenancy::field;
using tenancy::Result;
using tenancy::Scope;
using tenancy::Store;
using tenancy::TenantContext;
using tenancy::Versioned;

constexpr std::string_view collection = "/api/workflows";
constexpr std::string_view item = "/api/workflows/{id}";

constexpr SortableColumn<WorkflowSummary> sortable_columns[] = {
    sortable<WorkflowSummary, &WorkflowSummary::name>("name"),
    sortable<WorkflowSummary, &WorkflowSummary::status>("status"),
    sortable<WorkflowSummary, &WorkflowSummary::created_at>("created_at"),
    sortable<WorkflowSummary, &WorkflowSummary::updated_at>("updated_at")};

Json summary_json(const WorkflowSummary& workflow) {
  return Json{{"id", workflow.id},
              {"name", workflow.name},
              {"status", name_of(workflow.status)},
              {"created_at", workflow.created_at.to_string()},
              {"updated_at", workflow.updated_at.to_string()}};
}

Json to_json(const Workflow& workflow) {
  Json json = summary_json(workflow);
  json["definition"] = workflow.definition;
  return json;
}

Response show_one(const Versioned<Workflow>& stored, const TenantContext& context) {
  return with_version(ok(to_json(stored.row), context.tenant()), stored.version);
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

Reply<Response> create(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(auto workflow, read_workflow(call));
  BOOST_OUTCOME_TRY(const auto row, Workflows(store, context).insert(std::move(workflow)));
  return with_version(
      created(std::string{collection} + "/" + row.id, to_json(row), context.tenant()),
      tenancy::RowVersion{});
}

struct Overview {
  tenancy::Page<WorkflowSummary> page;
  std::vector<std::vector<Execution>> executions;  ///< For each workflow; empty when not asked for.
};

/// A page of workflows with the latest executions of each: two statements, however many there are.
Result<Overview> read_overview(const Store& store, const TenantContext& context,
                               const tenancy::Query<WorkflowSummary>& query,
                               const tenancy::PageRequest& request, std::int64_t executions) {
  return store.read(context, [&](tenancy::ReadTransaction& transaction) -> Result<Overview> {
    Overview overview;
    BOOST_OUTCOME_TRY(overview.page,
                      tenancy::ReadRepository<WorkflowSummary>{transaction}.list(query, request));
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

Reply<Response> list(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"page", "per_page", "cursor", "limit", "status",
                                           "search", "created_after", "created_before", "sort",
                                           "executions", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(const auto executions, call.query.number("executions", 0, 0, 20));
  BOOST_OUTCOME_TRY(const auto query, read_query(call.query));
  BOOST_OUTCOME_TRY(const auto overview, read_overview(store, context, query, request, executions));
  std::size_t index = 0;
  return list_response(request, overview.page, context.tenant(),
                       [&](const WorkflowSummary& workflow) {
                         Json json = summary_json(workflow);
                         if (executions > 0) {
                           Json& latest = json["latest_executions"] = Json::array();
                           for (const Execution& execution : overview.executions[index++]) {
                             latest.push_back(to_json(execution));
                           }
                         }
                         return json;
                       });
}

Reply<Response> show(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto stored, Workflows(store, context).require_versioned(call.parameter));
  return show_one(stored, context);
}

Reply<Response> replace(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(auto workflow, read_workflow(call));
  workflow.id = call.parameter;
  BOOST_OUTCOME_TRY(const auto stored, replace_row(store, context, workflow, seen));
  return show_one(stored, context);
}

Reply<Response> change(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json",
                                                             "application/merge-patch+json"}));
  tenancy::Changes<Workflow> changes;
  changes.set_if<&Workflow::name>(fields.optional_text("name", long_name_rule));
  changes.set_if<&Workflow::status>(fields.optional_named<WorkflowStatus>("status"));
  changes.set_if<&Workflow::definition>(fields.optional_object("definition"));
  BOOST_OUTCOME_TRY(fields.finish());
  BOOST_OUTCOME_TRY(const auto stored, change_row(store, context, call.parameter, changes, seen));
  return show_one(stored, context);
}

Reply<Response> remove(const Store& store, const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
  BOOST_OUTCOME_TRY(erase_row<Workflow>(store, context, call.parameter, seen));
  return no_content();
}

}  // namespace

void add_workflow_routes(Router& router, const Store& store,
                         const tenancy::Authenticator& authenticator) {
  TenantRoutes routes{router, store, authenticator};
  routes.add("GET", collection, Scope::read, list);
  routes.add("POST", collection, Scope::write, create);
  routes.add("GET", item, Scope::read, show);
  routes.add("PUT", item, Scope::write, replace);
  routes.add("PATCH", item, Scope::write, change);
  routes.add("DELETE", item, Scope::write, remove);
}

}  // namespace tenantd
