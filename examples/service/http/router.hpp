#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "service/http/query.hpp"

namespace tenantd {

/// One request on its way to an endpoint.
struct Call {
  const Request& request;
  std::string parameter;  ///< What stands in the path for `{id}`, if anything.
  Query query;
  std::optional<tenancy::TenantId> tenant;  ///< Set once it is known, for the log.
};

using Endpoint = std::function<Reply<Response>(Call&)>;

/// Finds the endpoint for a method and a path.
///
/// Thread safety: thread-compatible; read by many once it is complete.
class Router {
 public:
  /// The pattern is a path whose segment `{id}`, at most one, stands for any text but the empty.
  /// An endpoint for GET answers HEAD, too.
  void add(std::string_view method, std::string_view pattern, Endpoint endpoint);

  struct Match {
    const Endpoint* endpoint;
    std::string parameter;
  };

  /// Errors: 400 for a malformed path, 404 for an unknown one, 405 for an unknown method of a known
  /// path.
  [[nodiscard]] Reply<Match> match(std::string_view method, std::string_view path) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Endpoint endpoint;
  };

  std::vector<Route> routes_;
};

}  // namespace tenantd
