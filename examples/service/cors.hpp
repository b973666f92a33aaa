#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/http/message.hpp"

namespace tenantd {

/// Lets pages of the listed origins call the API from browsers; without any, of no other than its
/// own. Keys travel in a header that pages set themselves, so credentials that browsers add on
/// their own are never asked for.
///
/// Thread safety: immutable.
/// Source: the Fetch standard, §3.2.
class Cors {
 public:
  /// Origins such as `https://console.example`, as browsers write them.
  explicit Cors(std::vector<std::string> origins) : origins_{std::move(origins)} {}

  /// Whether the request asks if another one may be sent.
  [[nodiscard]] bool is_preflight(const Request& request) const noexcept;

  /// What the browser wants to know of a path that has these methods.
  void allow_methods(Response& response, std::string_view methods) const;

  /// Adds what any answer says to the page that asked.
  void mark(const Request& request, Response& response) const;

 private:
  [[nodiscard]] bool is_listed(const Request& request) const noexcept;

  std::vector<std::string> origins_;
};

}  // namespace tenantd
