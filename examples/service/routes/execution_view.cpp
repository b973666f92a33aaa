#include "service/routes/execution_view.hpp"

namespace tenantd {

using Json = nlohmann::ordered_json;

Json to_json(const Execution& execution) {
  return Json{{"id", execution.id},
              {"workflow_id", execution.workflow_id},
              {"status", name_of(execution.status)},
              {"started_at", execution.started_at.to_string()},
              {"finished_at",
               execution.finished_at ? Json(execution.finished_at->to_string()) : Json(nullptr)},
              {"duration_ms", execution.duration_ms ? Json(*execution.duration_ms) : Json(nullptr)},
              {"error", execution.error ? Json(*execution.error) : Json(nullptr)}};
}

Reply<tenancy::Query<Execution>> read_execution_query(const Query& query) {
  tenancy::Query<Execution> wanted;
  BOOST_OUTCOME_TRY(filter_by_status<&Execution::status>(query, wanted));
  BOOST_OUTCOME_TRY(filter_by_time<&Execution::started_at>(query, "started", wanted));
  return wanted;
}

}  // namespace tenantd
