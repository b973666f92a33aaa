#include "service/service.hpp"

#include <exception>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

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

/// A larger body takes too long to parse for a thread that serves sockets.
constexpr std::size_t max_inline_body = 16 * 1024;

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

bool is_stale(const Problem& problem) {
  return problem.cause && *problem.cause == tenancy::errc::stale_context;
}

}  // namespace

/// A request with whoever waits for its answer.
struct Service::Exchange {
  Exchange(Request asked, Answer wanted) : request{std::move(asked)}, answer{std::move(wanted)} {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() = default;

  Request request;
  Answer answer;
  std::string id = make_request_id();
  Stopwatch::time_point begin = Stopwatch::now();
  const Endpoint* endpoint = nullptr;
  Call call{.request = request};
  bool was_stale = false;

  void finish(Response response) {
    answer(finished(std::move(response), request, id, call.tenant, begin));
  }

  void refuse(const Problem& problem) {
    if (problem.cause) {
      log_cause(id, *problem.cause);
    }
    finish(problem.to_response(id));
  }

  /// For an exception that is being handled.
  void fail() {
    log_exception("request=" + id + " an endpoint threw", std::current_exception());
    refuse(Problem{tenancy::Error{tenancy::errc::internal, "an endpoint threw"}});
  }

  /// Whether to try once more: the tenant or the key has changed since it was looked up.
  bool is_worth_another_try(const Problem& problem) {
    return is_stale(problem) && !std::exchange(was_stale, true);
  }
};

Service::Service(const tenancy::Store& store, const tenancy::Authenticator& authenticator,
                 const ServiceOptions& options)
    : store_{store}, request_time_{options.request_time}, workers_{options.workers} {
  router_.add("GET", "/healthz",
              {Pace::quick, [](Call&) -> Reply<Outcome> { return Outcome{health()}; }});
  add_tenant_routes(router_, authenticator);
  add_deployment_routes(router_, store, authenticator);
  add_workflow_routes(router_, store, authenticator);
  add_statistics_route(router_, store, authenticator);
  add_execution_routes(router_, store, authenticator);
}

Service::~Service() { workers_.join(); }

void Service::handle(Request request, Answer answer) noexcept {
  const auto exchange = std::make_shared<Exchange>(std::move(request), std::move(answer));
  try {
    begin(exchange);
  } catch (...) {
    exchange->fail();
  }
}

Response Service::refuse(const Request& request, const Problem& problem) noexcept {
  const auto begin = Stopwatch::now();
  const std::string request_id = make_request_id();
  return finished(problem.to_response(request_id), request, request_id, std::nullopt, begin);
}

void Service::begin(const ExchangePtr& exchange) {
  Call& call = exchange->call;
  const auto found = [&]() -> Reply<void> {
    BOOST_OUTCOME_TRY(const Target target, Target::parse(call.request.target));
    BOOST_OUTCOME_TRY(auto match, router_.match(call.request.method, target.path));
    BOOST_OUTCOME_TRY(call.query, Query::parse(target.query));
    exchange->endpoint = match.endpoint;
    call.parameters = std::move(match.parameters);
    call.limits = tenancy::CallOptions::within(request_time_);
    return boost::outcome_v2::success();
  }();
  if (!found) {
    exchange->refuse(found.error());
  } else if (exchange->endpoint->pace == Pace::quick &&
             call.request.body.size() <= max_inline_body && gate_.lets_in()) {
    run_inline(exchange);
  } else {
    run_on_worker(exchange);
  }
}

void Service::run_inline(const ExchangePtr& exchange) noexcept {
  const auto begin = Stopwatch::now();
  run(exchange);
  gate_.note(Stopwatch::now() - begin);
}

void Service::run_on_worker(const ExchangePtr& exchange) {
  boost::asio::post(workers_, [this, exchange] { run(exchange); });
}

void Service::run(const ExchangePtr& exchange) noexcept {
  try {
    auto outcome = exchange->endpoint->run(exchange->call);
    if (outcome.has_error() && exchange->is_worth_another_try(outcome.error())) {
      outcome = exchange->endpoint->run(exchange->call);
    }
    if (outcome.has_error()) {
      exchange->refuse(outcome.error());
    } else if (auto* const response = std::get_if<Response>(&outcome.value())) {
      exchange->finish(std::move(*response));
    } else {
      write(exchange, std::get<PendingWrite>(std::move(outcome).value()));
    }
  } catch (...) {
    exchange->fail();
  }
}

void Service::write(const ExchangePtr& exchange, PendingWrite pending) {
  store_.async_write(pending.context, exchange->call.limits, std::move(pending.unit),
                     [this, exchange](tenancy::AsyncResult<Response> result) {
                       written(exchange, std::move(result));
                     });
}

void Service::written(const ExchangePtr& exchange, tenancy::AsyncResult<Response> result) noexcept {
  try {
    auto response = std::move(result).get();
    if (response) {
      exchange->finish(std::move(response).value());
      return;
    }
    const Problem problem{std::move(response).error()};
    if (exchange->is_worth_another_try(problem)) {
      run_on_worker(exchange);
    } else {
      exchange->refuse(problem);
    }
  } catch (...) {
    exchange->fail();
  }
}

}  // namespace tenantd
