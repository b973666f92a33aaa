#include "service/http/router.hpp"

#include <utility>

#include "service/http/target.hpp"

namespace tenantd {
namespace {

constexpr std::string_view placeholder = "{id}";

std::optional<std::string> match_segments(const std::vector<std::string>& pattern,
                                          const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) {
    return std::nullopt;
  }
  std::string parameter;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == placeholder && !segments[i].empty()) {
      parameter = segments[i];
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return parameter;
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Endpoint endpoint) {
  auto segments = path_segments(pattern);
  routes_.push_back(Route{std::string{method}, std::move(segments).value(), std::move(endpoint)});
}

Reply<Router::Match> Router::match(std::string_view method, std::string_view path) const {
  BOOST_OUTCOME_TRY(const auto segments, path_segments(path));
  const std::string_view served_by = method == "HEAD" ? "GET" : method;
  std::string allowed;
  for (const Route& route : routes_) {
    auto parameter = match_segments(route.segments, segments);
    if (!parameter) {
      continue;
    }
    if (route.method == served_by) {
      return Match{&route.endpoint, *std::move(parameter)};
    }
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
    allowed.append(route.method == "GET" ? ", HEAD" : "");
  }
  if (allowed.empty()) {
    return Problem{404, "There is nothing at this path."};
  }
  Problem problem{405, "This path does not know the method. It knows: " + allowed + "."};
  problem.headers.push_back({"Allow", allowed});
  return problem;
}

}  // namespace tenantd
