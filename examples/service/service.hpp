#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/async_result.hpp"
#include "tenancy/storage/store.hpp"

#include "service/cors.hpp"
#include "service/http/handler.hpp"
#include "service/idempotency.hpp"
#include "service/inline_gate.hpp"
#include "service/messaging/tenant_instances.hpp"
#include "service/powers.hpp"
#include "service/readiness.hpp"
#include "service/request_ids.hpp"
#include "service/requests_in_flight.hpp"
#include "service/router.hpp"
#include "service/routes/access.hpp"
#include "service/workers.hpp"

namespace tenantd {

struct ServiceOptions {
  std::size_t workers = 4;                         ///< Threads for what may wait or compute.
  std::chrono::milliseconds request_time{10'000};  ///< What one request may wait all in all.
  /// What a tenant's list, search or statistics may take of it.
  std::chrono::milliseconds query_time{2'000};
  std::size_t tenant_requests = 128;  ///< Of one tenant at once; at least 1.
  std::string base_domain =
      {};  ///< Below which a host's first label names a tenant; empty for none.
  std::vector<std::string> cors_origins = {};  ///< Origins whose pages may call the API.
  IdempotencyLimits idempotency = {};
  std::size_t object_bytes = std::size_t{1024} * 1024;  ///< Of an object in a body, as it is kept.
  std::shared_ptr<TenantInstances> instances = {};  ///< Those of tenants; null without a gateway.
  std::shared_ptr<Readiness> readiness = {};  ///< What `/readyz` says; without it, always ready.
};

/// The API: finds the endpoint of a request, gives every answer its id and writes the access log.
///
/// What is quick runs on the thread that serves the socket, or on a thread of its own while that
/// proves not to be quick: it never waits behind what is slow. Writes are handed to the store,
/// which commits many together and answers from a thread of its own; the rest runs on workers.
///
/// Isolation: it holds no authority. All it can do is turn a credential that came with a request
/// into the permission that the credential stands for, and what its `Powers` name.
/// Ownership: outlives the server that it answers for.
/// Thread safety: thread-safe.
class Service final : public Handler {
 public:
  /// Those beside the workers: one for what is quick.
  static constexpr std::size_t quick_threads = 1;
  /// Those that wait for other services, and need no connection to the store.
  static constexpr std::size_t errand_threads = 4;

  Service(const tenancy::Store& store, const tenancy::Authenticator& authenticator, Powers powers,
          const ServiceOptions& options = {});
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() override;

  void handle(Request request, Answer answer) noexcept override;
  std::optional<Problem> object_to(const Request& head) noexcept override;
  Response refuse(const Request& request, const Problem& problem) noexcept override;
  Response without_room(const Response& answer) noexcept override;

  /// What it answers.
  [[nodiscard]] const Router& router() const noexcept { return router_; }

 private:
  struct Exchange;
  using ExchangePtr = std::shared_ptr<Exchange>;

  void begin(const ExchangePtr& exchange);
  void run(const ExchangePtr& exchange) noexcept;
  void run_inline(const ExchangePtr& exchange) noexcept;
  void run_on_worker(const ExchangePtr& exchange);
  void work(const ExchangePtr& exchange, const PendingWork& pending) noexcept;
  void run_errand(const ExchangePtr& exchange, const PendingErrand& pending) noexcept;
  void conclude(const ExchangePtr& exchange, Reply<Outcome> outcome);
  void write(const ExchangePtr& exchange, PendingWrite pending);
  void written(const ExchangePtr& exchange, tenancy::AsyncResult<Response> result) noexcept;
  [[nodiscard]] Reply<Response> tell_options(const Request& request) const;

  tenancy::Store store_;
  ServiceOptions options_;
  Cors cors_;
  RequestIds request_ids_;
  RequestsInFlight in_flight_;
  Entrance entrance_;
  Router router_;
  InlineGate gate_;
  Workers workers_;         ///< For what is slow. Its work uses all but the next.
  Workers errand_workers_;  ///< For what waits for other services. It has workers work.
  Workers quick_workers_;   ///< For what is quick and not let in. Ends first: it has those work.
};

}  // namespace tenantd
