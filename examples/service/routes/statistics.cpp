#include "service/routes/statistics.hpp"

#include <vector>

#include "tenancy/data/repository.hpp"

#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/execution_view.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::ordered_json;
using tenancy::Result;
using tenancy::Store;

struct Statistics {
  std::vector<tenancy::Group<ExecutionStatus, std::int64_t>> by_status;
  std::optional<tenancy::Timestamp> last_started_at;
  std::int64_t duration_ms = 0;
};

/// All of one snapshot, so that the figures agree.
Result<Statistics> count(const TenantView& view, const tenancy::CallOptions& limits,
                         const tenancy::Query<Execution>& query) {
  return view.store.read(
      view.context, limits, [&](tenancy::ReadTransaction& transaction) -> Result<Statistics> {
        const tenancy::ReadRepository<Execution> executions{transaction};
        Statistics statistics;
        BOOST_OUTCOME_TRY(statistics.by_status,
                          executions.aggregate_by<&Execution::status>(tenancy::count_rows, query));
        BOOST_OUTCOME_TRY(statistics.last_started_at,
                          executions.aggregate(tenancy::max_of<&Execution::started_at>, query));
        BOOST_OUTCOME_TRY(statistics.duration_ms,
                          executions.aggregate(tenancy::sum_of<&Execution::duration_ms>, query));
        return statistics;
      });
}

Reply<Response> show(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(
      call.query.allow_only({"status", "started_after", "started_before", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto query, read_execution_query(call.query));
  BOOST_OUTCOME_TRY(const auto statistics, count(view, call.limits, query));
  Json by_status = Json::object();
  std::int64_t total = 0;
  for (const auto& [status, name] : tenancy_names(std::type_identity<ExecutionStatus>{})) {
    by_status[name] = 0;
  }
  for (const auto& [status, rows] : statistics.by_status) {
    by_status[std::string{name_of(status)}] = rows;
    total += rows;
  }
  const auto& last = statistics.last_started_at;
  return ok(Json{{"total", total},
                 {"by_status", std::move(by_status)},
                 {"duration_ms", statistics.duration_ms},
                 {"last_started_at", last ? Json(last->to_string()) : Json(nullptr)}},
            view.context.tenant());
}

}  // namespace

void add_statistics_route(Router& router, const Store& store,
                          const tenancy::Authenticator& authenticator) {
  TenantRoutes{router, store, authenticator}.read("/api/executions/statistics", Pace::slow, show);
}

}  // namespace tenantd
