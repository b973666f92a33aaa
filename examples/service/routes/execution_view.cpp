#include "service/routes/execution_view.hpp"

namespace tenantd {

JsonText to_json(const Execution& execution) {
  JsonText json;
  json.member("id", execution.id)
      .member("workflow_id", execution.workflow_id)
      .member("status", name_of(execution.status))
      .member("started_at", execution.started_at)
      .member("finished_at", execution.finished_at)
      .member("duration_ms", execution.duration_ms)
      .member("error", execution.error);
  return json;
}

Reply<tenancy::Query<Execution>> read_execution_query(const Query& query) {
  tenancy::Query<Execution> wanted;
  BOOST_OUTCOME_TRY(filter_by_status<&Execution::status>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&Execution::started_at>(query, "started", wanted));
  return wanted;
}

}  // namespace tenantd
