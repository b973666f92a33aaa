#include "service/router.hpp"

#include <algorithm>

#include "service/http/target.hpp"

namespace tenantd {
namespace {

bool is_placeholder(std::string_view segment) noexcept {
  return segment.starts_with('{') && segment.ends_with('}');
}

bool fits(std::string_view pattern, std::string_view segment) noexcept {
  return is_placeholder(pattern) ? !segment.empty() : pattern == segment;
}

/// What ids are made of. Nothing else names anything, and not every store takes it for a text.
bool may_be_id(std::string_view segment) noexcept {
  return std::ranges::all_of(segment, [](char c) { return c >= ' ' && c < '\x7f'; });
}

/// Takes the next segment from the front of a path, with the slash before it.
std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool fits_plain(const std::vector<std::string>& pattern, std::string_view path) noexcept {
  for (const std::string& expected : pattern) {
    if (path.empty() || !fits(expected, take_segment(path))) {
      return false;
    }
  }
  return path.empty();
}

std::vector<std::string> parameters_of(const std::vector<std::string>& pattern,
                                       std::vector<std::string> segments) {
  std::vector<std::string> parameters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_placeholder(pattern[i])) {
      // Answered as any id that does not exist.
      parameters.push_back(may_be_id(segments[i]) ? std::move(segments[i]) : std::string{"-"});
    }
  }
  return parameters;
}

std::vector<std::string> plain_parameters_of(const std::vector<std::string>& pattern,
                                             std::string_view path) {
  std::vector<std::string> parameters;
  for (const std::string& expected : pattern) {
    const std::string_view segment = take_segment(path);
    if (is_placeholder(expected)) {
      parameters.emplace_back(segment);
    }
  }
  return parameters;
}

bool is_plain(std::string_view path) noexcept {
  return path.starts_with('/') && path.find('%') == std::string_view::npos;
}

}  // namespace

Problem nothing_here() { return Problem{404, "There is nothing at this path."}; }

void Router::add(std::string_view method, std::string_view pattern, Endpoint endpoint) {
  auto route = std::find_if(routes_.begin(), routes_.end(),
                            [&](const Route& known) { return known.pattern == pattern; });
  if (route == routes_.end()) {
    auto segments = path_segments(pattern);
    route = routes_.insert(route, Route{std::string{pattern}, std::move(segments).value(), {}});
  }
  route->methods.push_back({std::string{method}, std::move(endpoint)});
}

Reply<Router::Match> Router::match(std::string_view method, std::string_view path) const {
  const Route* route = nullptr;
  std::vector<std::string> segments;
  if (is_plain(path)) {
    route = find_plain(path);
  } else {
    BOOST_OUTCOME_TRY(segments, path_segments(path));
    route = find(segments);
  }
  if (route == nullptr) {
    return nothing_here();
  }
  const std::string_view served_by = method == "HEAD" ? "GET" : method;
  for (const Method& known : route->methods) {
    if (known.name == served_by) {
      return Match{&known.endpoint, segments.empty()
                                        ? plain_parameters_of(route->segments, path)
                                        : parameters_of(route->segments, std::move(segments))};
    }
  }
  BOOST_OUTCOME_TRY(const auto allowed, methods(path));
  Problem problem{405, "This path does not know the method. It knows: " + allowed + "."};
  problem.headers.push_back({"Allow", allowed});
  return problem;
}

Reply<std::string> Router::methods(std::string_view path) const {
  BOOST_OUTCOME_TRY(const auto segments, path_segments(path));
  const Route* const route = find(segments);
  std::string names;
  if (route == nullptr) {
    return names;
  }
  for (const Method& method : route->methods) {
    names.append(method.name).append(method.name == "GET" ? ", HEAD, " : ", ");
  }
  return names + "OPTIONS";
}

std::vector<std::pair<std::string, std::string>> Router::routes() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Route& route : routes_) {
    for (const Method& method : route.methods) {
      all.emplace_back(method.name, route.pattern);
    }
  }
  return all;
}

const Router::Route* Router::find(const std::vector<std::string>& segments) const {
  const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
    return std::equal(
        route.segments.begin(), route.segments.end(), segments.begin(), segments.end(),
        [](std::string_view pattern, std::string_view segment) { return fits(pattern, segment); });
  });
  return found == routes_.end() ? nullptr : &*found;
}

const Router::Route* Router::find_plain(std::string_view path) const noexcept {
  const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
    return fits_plain(route.segments, path);
  });
  return found == routes_.end() ? nullptr : &*found;
}

}  // namespace tenantd
