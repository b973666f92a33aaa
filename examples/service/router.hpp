#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/endpoint.hpp"

namespace tenantd {

/// Finds the endpoint for a method and a path.
///
/// Thread safety: thread-compatible; read by many once it is complete.
class Router {
 public:
  /// The pattern is a path of which segments in braces, such as `{id}`, stand for any text but the
  /// empty. Of patterns that fit the same path the one that was added first counts. An endpoint for
  /// GET answers HEAD, too.
  void add(std::string_view method, std::string_view pattern, Endpoint endpoint);

  struct Match {
    const Endpoint* endpoint;
    std::vector<std::string> parameters;
  };

  /// Errors: 400 for a malformed path, 404 for an unknown one, 405 for an unknown method of a known
  /// path.
  [[nodiscard]] Reply<Match> match(std::string_view method, std::string_view path) const;

  /// The methods of that path, as in `Allow`; empty for a path that there is not. Errors: 400.
  [[nodiscard]] Reply<std::string> methods(std::string_view path) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Endpoint endpoint;
  };

  std::vector<Route> routes_;
};

}  // namespace tenantd
