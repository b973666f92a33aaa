#include "service/router.hpp"

#include <utility>

#include "service/http/target.hpp"

namespace tenantd {
namespace {

bool is_placeholder(std::string_view segment) noexcept {
  return segment.starts_with('{') && segment.ends_with('}');
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) {
    return false;
  }
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_placeholder(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> parameters_of(const std::vector<std::string>& pattern,
                                       std::vector<std::string> segments) {
  std::vector<std::string> parameters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_placeholder(pattern[i])) {
      parameters.push_back(std::move(segments[i]));
    }
  }
  return parameters;
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Endpoint endpoint) {
  auto segments = path_segments(pattern);
  routes_.push_back(Route{std::string{method}, std::move(segments).value(), std::move(endpoint)});
}

Reply<Router::Match> Router::match(std::string_view method, std::string_view path) const {
  BOOST_OUTCOME_TRY(auto segments, path_segments(path));
  const std::string_view served_by = method == "HEAD" ? "GET" : method;
  for (const Route& route : routes_) {
    if (route.method == served_by && fits(route.segments, segments)) {
      return Match{&route.endpoint, parameters_of(route.segments, std::move(segments))};
    }
  }
  BOOST_OUTCOME_TRY(const auto allowed, methods(path));
  if (allowed.empty()) {
    return Problem{404, "There is nothing at this path."};
  }
  Problem problem{405, "This path does not know the method. It knows: " + allowed + "."};
  problem.headers.push_back({"Allow", allowed});
  return problem;
}

Reply<std::string> Router::methods(std::string_view path) const {
  BOOST_OUTCOME_TRY(const auto segments, path_segments(path));
  std::string methods;
  for (const Route& route : routes_) {
    if (fits(route.segments, segments)) {
      methods.append(methods.empty() ? "" : ", ").append(route.method);
      methods.append(route.method == "GET" ? ", HEAD" : "");
    }
  }
  return methods;
}

}  // namespace tenantd
