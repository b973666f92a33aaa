#include "service/service.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "service/http/body_budget.hpp"
#include "service/http/target.hpp"
#include "service/log.hpp"
#include "service/routes/deployments.hpp"
#include "service/routes/documentation.hpp"
#include "service/routes/executions.hpp"
#include "service/routes/health.hpp"
#include "service/routes/onboarding.hpp"
#include "service/routes/quotas.hpp"
#include "service/routes/statistics.hpp"
#include "service/routes/tenants.hpp"
#include "service/routes/workflows.hpp"

namespace tenantd {
namespace {

using Stopwatch = std::chrono::steady_clock;

/// Adds what every answer carries, and writes the line of the access log.
Response finished(Response response, const Request& request, const Cors& cors,
                  std::string_view request_id, std::optional<tenancy::TenantId> tenant,
                  Stopwatch::time_point begin) {
  cors.mark(request, response);
  response.headers.push_back({"X-Request-Id", std::string{request_id}});
  // Answers are one tenant's alone, and some hold keys: nothing between here and there keeps them,
  // but what is for everybody and says so.
  if (!response.has_header("Cache-Control")) {
    response.headers.push_back({"Cache-Control", "no-store"});
  }
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  log_access(
      {.method = request.method,
       .path = std::string_view{request.target}.substr(0, request.target.find('?')),
       .status = response.status,
       .bytes = response.body.size(),
       .duration = std::chrono::duration_cast<std::chrono::microseconds>(Stopwatch::now() - begin),
       .request_id = request_id,
       .client_request_id = request.header("x-request-id").first,
       .peer = request.peer,
       .tenant = tenant});
  return response;
}

void log_reason(std::string_view request_id, const Problem& problem) {
  if (problem.cause) {
    log_cause(request_id, *problem.cause);
  } else {
    log_refusal(request_id, problem.detail);
  }
}

bool is_stale(const Problem& problem) {
  return problem.cause && *problem.cause == tenancy::errc::stale_context;
}

}  // namespace

/// A request with whoever waits for its answer.
struct Service::Exchange {
  Exchange(std::string request_id, Request asked, Answer wanted, const Cors& served)
      : id{std::move(request_id)},
        request{std::move(asked)},
        answer{std::move(wanted)},
        cors{served} {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() = default;

  std::string id;
  Request request;
  Answer answer;
  const Cors& cors;
  Stopwatch::time_point begin = Stopwatch::now();
  const Endpoint* endpoint = nullptr;
  Call call{.request = request, .id = id};
  bool was_stale = false;

  void finish(Response response) {
    Response whole = finished(std::move(response), request, cors, id, call.tenant, begin);
    if (whole.body.size() > BodyBudget::free_bytes) {
      // As long as it waits to be read, it is its tenant's.
      whole.place = std::make_shared<RequestsInFlight::Permit>(std::move(call.permit));
    } else {
      // Before the client can know: its next request may come at once.
      call.permit.release();
    }
    answer(std::move(whole));
  }

  void finish(Reply<Response> reply) {
    if (reply.has_error()) {
      refuse(reply.error());
    } else {
      finish(std::move(reply).value());
    }
  }

  void refuse(const Problem& problem) {
    log_reason(id, problem);
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
                 Powers powers, const ServiceOptions& options)
    : store_{store},
      options_{options},
      cors_{options.cors_origins},
      in_flight_{options.tenant_requests},
      entrance_{store, authenticator, std::move(powers), HostNames{options.base_domain},
                in_flight_},
      workers_{options.workers},
      errand_workers_{errand_threads},
      quick_workers_{quick_threads} {
  add_documentation_routes(router_);
  add_health_routes(router_, options.readiness);
  add_tenant_routes(router_, entrance_);
  add_onboarding_routes(router_, entrance_, options.instances);
  add_deployment_routes(router_, entrance_);
  add_workflow_routes(router_, entrance_);
  add_statistics_routes(router_, entrance_);
  add_quota_routes(router_, entrance_);
  add_execution_routes(router_, entrance_);
}

Service::~Service() = default;

void Service::handle(Request request, Answer answer) noexcept {
  const auto exchange =
      std::make_shared<Exchange>(request_ids_.next(), std::move(request), std::move(answer), cors_);
  try {
    begin(exchange);
  } catch (...) {
    exchange->fail();
  }
}

std::optional<Problem> Service::object_to(const Request& head) noexcept {
  try {
    if (head.method == "OPTIONS") {
      return std::nullopt;
    }
    const auto seen = [&]() -> Reply<void> {
      BOOST_OUTCOME_TRY(const Target target, Target::parse(head.target));
      BOOST_OUTCOME_TRY(const auto match, router_.match(head.method, target.path));
      BOOST_OUTCOME_TRY(Query::parse(target.query));
      if (match.endpoint->door == Door::keyed) {
        BOOST_OUTCOME_TRY(has_key(head));
      }
      return boost::outcome_v2::success();
    }();
    return seen.has_error() ? std::optional{seen.error()} : std::nullopt;
  } catch (...) {
    log_exception("a head could not be looked at", std::current_exception());
    return Problem{tenancy::Error{tenancy::errc::internal, "a head could not be looked at"}};
  }
}

Response Service::refuse(const Request& request, const Problem& problem) noexcept {
  const auto begin = Stopwatch::now();
  const std::string request_id = request_ids_.next();
  log_reason(request_id, problem);
  return finished(problem.to_response(request_id), request, cors_, request_id, std::nullopt, begin);
}

Response Service::without_room(const Response& answer) noexcept {
  Problem problem{
      503,
      "The request was carried out, but there is no room for its answer among the bodies "
      "of other requests and answers."};
  problem.headers.push_back({"Retry-After", "1"});
  const auto has_name = [](std::string_view name) {
    return [name](const Header& header) { return header.name == name; };
  };
  const auto id = std::ranges::find_if(answer.headers, has_name("X-Request-Id"));
  const std::string request_id = id == answer.headers.end() ? std::string{} : id->value;
  log_warning("request=" + request_id + " its answer found no room and became 503");
  Response instead = problem.to_response(request_id);
  // What speaks of the body does not hold for this one.
  for (const Header& header : answer.headers) {
    if (header.name.starts_with("Access-Control-") || header.name == "Vary" ||
        header.name == "X-Request-Id" || header.name == "X-Content-Type-Options") {
      instead.headers.push_back(header);
    }
  }
  instead.headers.push_back({"Cache-Control", "no-store"});
  return instead;
}

void Service::begin(const ExchangePtr& exchange) {
  Call& call = exchange->call;
  if (call.request.method == "OPTIONS") {
    exchange->finish(tell_options(call.request));
    return;
  }
  const auto found = [&]() -> Reply<void> {
    BOOST_OUTCOME_TRY(const Target target, Target::parse(call.request.target));
    BOOST_OUTCOME_TRY(auto match, router_.match(call.request.method, target.path));
    BOOST_OUTCOME_TRY(call.query, Query::parse(target.query));
    exchange->endpoint = match.endpoint;
    call.parameters = std::move(match.parameters);
    call.host = target.host.empty() ? call.request.header("host").first : target.host;
    call.limits = tenancy::CallOptions::within(options_.request_time);
    call.object_bytes = options_.object_bytes;
    return boost::outcome_v2::success();
  }();
  if (!found) {
    exchange->refuse(found.error());
  } else if (exchange->endpoint->pace == Pace::quick && gate_.lets_in()) {
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
  Workers& workers = exchange->endpoint->pace == Pace::quick ? quick_workers_ : workers_;
  workers.post(exchange->call.tenant, [this, exchange] { run(exchange); });
}

void Service::run(const ExchangePtr& exchange) noexcept {
  try {
    auto outcome = exchange->endpoint->run(exchange->call);
    if (outcome.has_error() && exchange->is_worth_another_try(outcome.error())) {
      outcome = exchange->endpoint->run(exchange->call);
    }
    conclude(exchange, std::move(outcome));
  } catch (...) {
    exchange->fail();
  }
}

void Service::work(const ExchangePtr& exchange, const PendingWork& pending) noexcept {
  try {
    Call& call = exchange->call;
    const auto whole = call.limits;
    if (call.tenant) {
      // A worker, a connection and a snapshot are held meanwhile, which others wait for.
      call.limits.deadline =
          std::min(whole.deadline, tenancy::CallOptions::Clock::now() + options_.query_time);
    }
    auto outcome = pending.run(call);
    call.limits = whole;
    if (outcome.has_error() && exchange->is_worth_another_try(outcome.error())) {
      run(exchange);
    } else {
      conclude(exchange, std::move(outcome));
    }
  } catch (...) {
    exchange->fail();
  }
}

void Service::run_errand(const ExchangePtr& exchange, const PendingErrand& pending) noexcept {
  try {
    conclude(exchange, pending.run(exchange->call));
  } catch (...) {
    exchange->fail();
  }
}

void Service::conclude(const ExchangePtr& exchange, Reply<Outcome> outcome) {
  if (outcome.has_error()) {
    exchange->refuse(outcome.error());
  } else if (auto* const response = std::get_if<Response>(&outcome.value())) {
    exchange->finish(std::move(*response));
  } else if (auto* const pending = std::get_if<PendingWrite>(&outcome.value())) {
    write(exchange, std::move(*pending));
  } else if (auto* const errand = std::get_if<PendingErrand>(&outcome.value())) {
    const tenancy::TenantId tenant = errand->tenant;
    errand_workers_.post(
        tenant, [this, exchange, pending = std::move(*errand)] { run_errand(exchange, pending); });
  } else {
    workers_.post(exchange->call.tenant,
                  [this, exchange, pending = std::get<PendingWork>(std::move(outcome).value())] {
                    work(exchange, pending);
                  });
  }
}

void Service::write(const ExchangePtr& exchange, PendingWrite pending) {
  auto key = read_idempotency_key(exchange->request);
  if (!key) {
    exchange->refuse(key.error());
    return;
  }
  if (key.value()) {
    pending.unit =
        once(*std::move(key).value(), options_.idempotency, exchange->id, std::move(pending.unit));
  }
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

Reply<Response> Service::tell_options(const Request& request) const {
  std::string methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  if (request.target != "*") {
    BOOST_OUTCOME_TRY(const Target target, Target::parse(request.target));
    BOOST_OUTCOME_TRY(methods, router_.methods(target.path));
    if (methods.empty()) {
      return nothing_here();
    }
  }
  Response response{204, {}, {}, {{"Allow", methods}}};
  if (cors_.is_preflight(request)) {
    cors_.allow_methods(response, methods);
  }
  return response;
}

}  // namespace tenantd
