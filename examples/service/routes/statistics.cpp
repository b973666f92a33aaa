#include "service/routes/statistics.hpp"

#include <vector>

#include "tenancy/data/repository.hpp"

#include "service/figures.hpp"
#include "service/http/reply.hpp"
#include "service/routes/access.hpp"
#include "service/routes/execution_view.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::ordered_json;
using tenancy::Result;
using tenancy::TenantId;

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

/// Each status there is, with how many have it, and all together.
template <class Status>
struct Counted {
  Json by_status = Json::object();
  std::int64_t total = 0;

  explicit Counted(const std::vector<tenancy::Group<Status, std::int64_t>>& groups) {
    for (const auto& [status, name] : tenancy_names(std::type_identity<Status>{})) {
      by_status[name] = 0;
    }
    for (const auto& [status, rows] : groups) {
      by_status[std::string{name_of(status)}] = rows;
      total += rows;
    }
  }
};

Json optional_time(const std::optional<tenancy::Timestamp>& time) {
  return time ? Json(time->to_string()) : Json(nullptr);
}

Reply<Response> show(const TenantView& view, const Call& call) {
  BOOST_OUTCOME_TRY(
      call.query.allow_only({"status", "started_after", "started_before", "tenant_id"}));
  BOOST_OUTCOME_TRY(const auto query, read_execution_query(call.query));
  BOOST_OUTCOME_TRY(const auto statistics, count(view, call.limits, query));
  Counted executions{statistics.by_status};
  return ok(Json{{"total", executions.total},
                 {"by_status", std::move(executions.by_status)},
                 {"duration_ms", statistics.duration_ms},
                 {"last_started_at", optional_time(statistics.last_started_at)}},
            view.context.tenant());
}

template <class Status>
Json to_json(const std::vector<tenancy::Group<Status, std::int64_t>>& groups) {
  Counted counted{groups};
  return Json{{"total", counted.total}, {"by_status", std::move(counted.by_status)}};
}

Response show_figures(const TenantFigures& figures, TenantId tenant) {
  Json executions = to_json(figures.executions);
  executions["last_started_at"] = optional_time(figures.last_started_at);
  return ok(Json{{"deployments", to_json(figures.deployments)},
                 {"workflows", to_json(figures.workflows)},
                 {"executions", std::move(executions)}},
            tenant);
}

Problem no_such_tenant() {
  return Problem{tenancy::Error{tenancy::errc::not_found, "the key sees no tenant of that id"}};
}

Reply<Response> figures_for_administrator(const Entrance& entrance, Call& call) {
  BOOST_OUTCOME_TRY(const auto registry, entrance.enter_registry(call));
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  const auto id = TenantId::parse(call.parameter());
  if (!id) {
    return no_such_tenant();
  }
  auto figures = entrance.powers().look_at_figures(id.value(), registry.principal(), call.limits);
  if (!figures) {
    Problem problem{std::move(figures).error()};
    if (problem.cause == tenancy::errc::tenant_not_active) {
      // It is the tenant that stands against it, not the key.
      problem.status = 409;
    }
    return problem;
  }
  call.tenant = id.value();
  return show_figures(figures.value(), id.value());
}

/// The figures of one tenant, by its own keys or an administrator's.
Endpoint figures_endpoint(const Entrance& entrance) {
  return {Pace::slow, [&entrance](Call& call) -> Reply<Outcome> {
            if (is_administrators(call.request)) {
              BOOST_OUTCOME_TRY(auto response, figures_for_administrator(entrance, call));
              return Outcome{std::move(response)};
            }
            BOOST_OUTCOME_TRY(const auto context,
                              entrance.enter_tenant(call, tenancy::Scope::read));
            BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
            if (call.parameter() != context.tenant().to_string()) {
              return no_such_tenant();
            }
            BOOST_OUTCOME_TRY(const auto figures,
                              count_figures(entrance.store(), context, call.limits));
            return Outcome{show_figures(figures, context.tenant())};
          }};
}

}  // namespace

void add_statistics_routes(Router& router, const Entrance& entrance) {
  TenantRoutes{router, entrance}.read("/api/executions/statistics", Pace::slow, show);
  router.add("GET", "/api/tenants/{id}/stats", figures_endpoint(entrance));
}

}  // namespace tenantd
