#include "service/service.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/record_id.hpp"

#include "service/http/target.hpp"
#include "service/log.hpp"
#include "service/routes/deployments.hpp"
#include "service/routes/executions.hpp"
#include "service/routes/statistics.hpp"
#include "service/routes/tenants.hpp"
#include "service/routes/workflows.hpp"

namespace tenantd {
namespace {

using Stopwatch = std::chrono::steady_clock;

std::string make_request_id() {
  return "req_" + tenancy::make_record_id(tenancy::SystemClock{}.now());
}

Response health() { return Response{200, "application/json", R"({"status":"ok"})", {}}; }

/// Adds what every answer carries, and writes the line of the access log.
Response finished(Response response, const Request& request, std::string_view request_id,
                  std::optional<tenancy::TenantId> tenant, Stopwatch::time_point begin) {
  response.headers.push_back({"X-Request-Id", std::string{request_id}});
  // Answers are one tenant's alone, and some hold keys: nothing between here and there keeps them.
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  log_access({request.method, std::string_view{request.target}.substr(0, request.target.find('?')),
              response.status,
              std::chrono::duration_cast<std::chrono::microseconds>(Stopwatch::now() - begin),
              request_id, tenant});
  return response;
}

}  // namespace

struct Service::Answer {
  Response response;
  std::optional<tenancy::TenantId> tenant;
};

Service::Service(const tenancy::Store& store, const tenancy::Authenticator& authenticator) {
  router_.add("GET", "/healthz", [](Call&) -> Reply<Response> { return health(); });
  add_tenant_routes(router_, authenticator);
  add_deployment_routes(router_, store, authenticator);
  add_workflow_routes(router_, store, authenticator);
  add_statistics_route(router_, store, authenticator);
  add_execution_routes(router_, store, authenticator);
}

Response Service::handle(const Request& request) noexcept {
  const auto begin = Stopwatch::now();
  const std::string request_id = make_request_id();
  Answer result;
  try {
    result = answer(request, request_id);
  } catch (...) {
    log_exception("request=" + request_id + " an endpoint threw", std::current_exception());
    const tenancy::Error error{tenancy::errc::internal, "an endpoint threw"};
    result.response = Problem{error}.to_response(request_id);
  }
  return finished(std::move(result.response), request, request_id, result.tenant, begin);
}

Response Service::refuse(const Request& request, const Problem& problem) noexcept {
  const auto begin = Stopwatch::now();
  const std::string request_id = make_request_id();
  return finished(problem.to_response(request_id), request, request_id, std::nullopt, begin);
}

Service::Answer Service::answer(const Request& request, std::string_view request_id) const {
  std::optional<tenancy::TenantId> tenant;
  auto reply = [&]() -> Reply<Response> {
    BOOST_OUTCOME_TRY(const Target target, Target::parse(request.target));
    BOOST_OUTCOME_TRY(auto match, router_.match(request.method, target.path));
    BOOST_OUTCOME_TRY(auto query, Query::parse(target.query));
    Call call{request, std::move(match.parameter), std::move(query), std::nullopt};
    auto response = (*match.endpoint)(call);
    tenant = call.tenant;
    return response;
  }();
  if (reply.has_value()) {
    return {std::move(reply).value(), tenant};
  }
  if (reply.error().cause) {
    log_cause(request_id, *reply.error().cause);
  }
  return {reply.error().to_response(request_id), tenant};
}

}  // namespace tenantd
