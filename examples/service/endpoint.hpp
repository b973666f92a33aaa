#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/transaction.hpp"

#include "service/http/query.hpp"
#include "service/requests_in_flight.hpp"

namespace tenantd {

/// One request on its way to an endpoint.
struct Call {
  const Request& request;
  std::string_view id = {};    ///< What the request is called in answers and logs.
  std::string_view host = {};  ///< Whom it is addressed to; empty when it does not say.
  std::vector<std::string> parameters = {};  ///< What stands in the path for each placeholder.
  Query query = {};
  tenancy::CallOptions limits = {};              ///< For whatever the endpoint waits for.
  std::size_t object_bytes = 0;                  ///< Most that an object in a body may come to.
  std::optional<tenancy::TenantId> tenant = {};  ///< Set once it is known, for the log.
  RequestsInFlight::Permit permit = {};          ///< Held from then on, for the keys of tenants.

  [[nodiscard]] const std::string& parameter(std::size_t index = 0) const {
    return parameters.at(index);
  }
};

/// What a write does in its transaction, and the answer that it comes to once that is committed. It
/// may be run more than once.
using WriteUnit = std::function<tenancy::Result<Response>(tenancy::WriteTransaction&)>;

/// A write that is ready to be made for a tenant.
struct PendingWrite {
  tenancy::TenantContext context;
  WriteUnit unit;
};

struct PendingWork;
struct PendingErrand;

using Outcome = std::variant<Response, PendingWrite, PendingWork, PendingErrand>;

/// What is left to do may wait or compute: it is for a worker.
struct PendingWork {
  std::function<Reply<Outcome>(Call&)> run;
};

/// What is left to do waits for another service: it is for a thread that holds nothing which others
/// wait for. It uses no store, and is not run again.
struct PendingErrand {
  tenancy::TenantId tenant;  ///< Whose it is.
  std::function<Reply<Outcome>(Call&)> run;
};

/// Where an endpoint runs.
enum class Pace : std::uint8_t {
  quick,  ///< Microseconds, when what it reads is at hand: on the thread that serves the socket.
  slow,   ///< It may wait or compute: on a worker.
};

/// Whether an endpoint is for those with a key alone.
enum class Door : std::uint8_t { keyed, open };

/// What answers a kind of request.
struct Endpoint {
  Pace pace;
  std::function<Reply<Outcome>(Call&)> run;
  Door door = Door::keyed;
};

}  // namespace tenantd
