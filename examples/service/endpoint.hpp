#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/transaction.hpp"

#include "service/http/query.hpp"

namespace tenantd {

/// One request on its way to an endpoint.
struct Call {
  const Request& request;
  std::vector<std::string> parameters = {};  ///< What stands in the path for each placeholder.
  Query query = {};
  tenancy::CallOptions limits = {};              ///< For whatever the endpoint waits for.
  std::optional<tenancy::TenantId> tenant = {};  ///< Set once it is known, for the log.

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

using Outcome = std::variant<Response, PendingWrite>;

/// Where an endpoint runs.
enum class Pace : std::uint8_t {
  quick,  ///< Microseconds, when what it reads is at hand: on the thread that serves the socket.
  slow,   ///< It may wait or compute: on a worker.
};

/// What answers a kind of request.
struct Endpoint {
  Pace pace;
  std::function<Reply<Outcome>(Call&)> run;
};

}  // namespace tenantd
