#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/problem.hpp"

namespace tenantd {

/// A request's target, taken apart but not yet decoded. Views into the text that it is made from.
struct Target {
  std::string_view path;
  std::string_view query;
  std::string_view host = {};  ///< With its port; empty unless the target names it.

  /// Accepts `/path?query` and, as servers must, `http://host/path?query`.
  /// Errors: 400.
  /// Source: RFC 9112 §3.2.
  static Reply<Target> parse(std::string_view text);
};

/// The parts of a path between its slashes, decoded one by one, so that an encoded slash is a
/// character of its part. Errors: 400.
Reply<std::vector<std::string>> path_segments(std::string_view path);

/// Whether a plus sign stands for itself, as in paths, or for a blank, as in forms and queries.
enum class PlusSign : bool { itself, blank };

/// The text with its `%41` decoded; nothing when a percent sign stands before anything else.
std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);

}  // namespace tenantd
