#include "service/routes/executions.hpp"

#include <chrono>
#include <utility>

#include "tenancy/core/clock.hpp"
#include "tenancy/data/repository.hpp"

#include "service/http/fields.hpp"
#include "service/routes/access.hpp"
#include "service/routes/execution_view.hpp"
#include "service/routes/paging.hpp"
#include "service/routes/versioned_resource.hpp"

namespace tenantd {
namespace {

using Executions = tenancy::Repository<Execution>;
using tenancy::errc;
using tenancy::Error;
using tenancy::field;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::Versioned;
using tenancy::WriteTransaction;

constexpr std::string_view item = "/api/executions/{id}";
constexpr std::string_view of_workflow = "/api/workflows/{id}/executions";

constexpr SortableColumn<Execution> sortable_columns[] = {
    sortable<Execution, &Execution::status>("status"),
    sortable<Execution, &Execution::started_at>("started_at"),
    sortable<Execution, &Execution::finished_at>("finished_at"),
    sortable<Execution, &Execution::duration_ms>("duration_ms")};

/// Without a metric of its own: what was started stays counted when it is removed.
struct ExecutionResource {
  using Row = Execution;
  static constexpr std::string_view collection = "/api/executions";

  static JsonText to_json(const Execution& execution) { return tenantd::to_json(execution); }
};

using Resource = VersionedResource<ExecutionResource>;

Reply<WriteUnit> start(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
  BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
  BOOST_OUTCOME_TRY(fields.finish());
  return WriteUnit{[id = call.parameter(),
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    const tenancy::ReadRepository<WorkflowSummary> workflows{transaction};
    BOOST_OUTCOME_TRY(const auto workflow, workflows.require(id));
    if (workflow.status != WorkflowStatus::active) {
      return Error{errc::invalid_transition, "the workflow is not active"};
    }
    BOOST_OUTCOME_TRY(count_one(transaction, Metric::executions));
    BOOST_OUTCOME_TRY(const auto row,
                      Executions{transaction}.insert({.workflow_id = workflow.id,
                                                      .started_at = tenancy::SystemClock{}.now()}));
    return Resource::answer_created(row, tenant);
  }};
}

Reply<Response> list_rows(const TenantView& view, const Call& call,
                          tenancy::Query<Execution> query) {
  BOOST_OUTCOME_TRY(const auto request, numbered_page_or_cursor(call.query));
  BOOST_OUTCOME_TRY(sort_rows(call.query, sortable_columns, query));
  BOOST_OUTCOME_TRY(const auto page,
                    Executions(view.store, view.context, call.limits).list(query, request));
  return list_response(request, page, view.context.tenant(), ExecutionResource::to_json);
}

Reply<Response> list(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(
      call.query.allow_only({"page", "per_page", "cursor", "limit", "workflow_id", "status",
                             "started_after", "started_before", "sort", "tenant_id"}));
  BOOST_OUTCOME_TRY(auto query, read_execution_query(call.query));
  if (const std::string* const workflow = call.query.find("workflow_id")) {
    query.where(field<&Execution::workflow_id> == *workflow);
  }
  return list_rows(view, call, std::move(query));
}

Reply<Response> list_of_workflow(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(
      call.query.allow_only({"page", "per_page", "cursor", "limit", "status", "started_after",
                             "started_before", "sort", "tenant_id"}));
  BOOST_OUTCOME_TRY(auto query, read_execution_query(call.query));
  const tenancy::ReadRepository<WorkflowSummary> workflows{view.store, view.context, call.limits};
  BOOST_OUTCOME_TRY(workflows.require(call.parameter()));
  query.where(field<&Execution::workflow_id> == call.parameter());
  return list_rows(view, call, std::move(query));
}

/// Ends an execution, once. Errors: `not_found`; `version_conflict`; `invalid_transition` when it
/// has ended before.
Result<Versioned<Execution>> end(const Executions& executions, std::string_view id,
                                 ExecutionStatus status, const std::optional<std::string>& error,
                                 std::optional<tenancy::RowVersion> seen) {
  BOOST_OUTCOME_TRY(auto stored, executions.require_versioned(id));
  if (seen) {
    stored.version = *seen;
  }
  Execution& execution = stored.row;
  if (execution.status != ExecutionStatus::running) {
    return Error{errc::invalid_transition, "the execution has ended"};
  }
  execution.status = status;
  execution.error = error;
  execution.finished_at = std::max(tenancy::SystemClock{}.now(), execution.started_at);
  execution.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                              *execution.finished_at - execution.started_at)
                              .count();
  return executions.update(std::move(stored));
}

Reply<WriteUnit> change(const TenantContext& context, const Call& call) {
  BOOST_OUTCOME_TRY(const auto seen, Resource::version_to_change(call));
  BOOST_OUTCOME_TRY(auto fields, Resource::read_changing_fields(call));
  const auto status = fields.optional_named<ExecutionStatus>("status");
  const auto error = fields.optional_text("error", message_rule);
  if (status == ExecutionStatus::running) {
    fields.reject("status", "must be succeeded, failed or cancelled");
  }
  if (error && status != ExecutionStatus::failed) {
    fields.reject("error", "is for what failed");
  }
  BOOST_OUTCOME_TRY(fields.finish());
  if (!status) {
    return invalid_fields({{"status", "is missing"}});
  }
  return WriteUnit{[id = call.parameter(), status = *status, error, seen,
                    tenant = context.tenant()](WriteTransaction& transaction) -> Result<Response> {
    BOOST_OUTCOME_TRY(const auto stored, end(Executions{transaction}, id, status, error, seen));
    return Resource::answer(stored, tenant);
  }};
}

}  // namespace

void add_execution_routes(Router& router, const Entrance& entrance) {
  TenantRoutes routes{router, entrance};
  routes.read(of_workflow, Pace::slow, list_of_workflow);
  routes.write("POST", of_workflow, start);
  routes.read(ExecutionResource::collection, Pace::slow, list);
  routes.read(item, Pace::quick, Resource::show);
  routes.write("PATCH", item, change);
  routes.write("DELETE", item, Resource::remove);
}

}  // namespace tenantd
