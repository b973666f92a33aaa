#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/endpoint.hpp"

namespace tenantd {

/// 404 for a path that there is not.
[[nodiscard]] Problem nothing_here();

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

  /// All methods with their patterns, in the order in which the patterns were first added.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> routes() const;

 private:
  struct Method {
    std::string name;
    Endpoint endpoint;
  };
  struct Route {
    std::string pattern;
    std::vector<std::string> segments;
    std::vector<Method> methods;
  };

  [[nodiscard]] const Route* find(const std::vector<std::string>& segments) const;
  /// The same for a path in which nothing is encoded, without taking it apart.
  [[nodiscard]] const Route* find_plain(std::string_view path) const noexcept;

  std::vector<Route> routes_;
};

}  // namespace tenantd
