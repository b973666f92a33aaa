#pragma once

#include <optional>
#include <string>
#include <utility>

#include "ctl/http_client.hpp"
#include "ctl/output.hpp"

namespace tenantctl {

/// The service's API: a request, and the body of the answer that was wanted.
///
/// Errors: those of `HttpClient::send`; the server's refusals as `read_refusal` has them.
class ApiClient {
 public:
  explicit ApiClient(HttpClient transport) : transport_{std::move(transport)} {}

  Outcome<std::string> get(const std::string& target);

  /// The entity tag of what stands there; empty when the server gives none.
  Outcome<std::string> entity_tag(const std::string& target);

  /// A change. Whoever reads the answer does so by `read_change`.
  Outcome<std::string> change(const std::string& method, const std::string& target,
                              std::optional<Json> body = {}, const std::string& if_match = {});

 private:
  Outcome<HttpAnswer> send(const HttpRequest& request);

  HttpClient transport_;
};

/// What an answer says to a change that was made. When it cannot be read, the change was made all
/// the same, as far as anybody can tell: `commit_unknown`.
template <class T>
Outcome<T> read_change(Outcome<T> answer) {
  if (answer) {
    return answer;
  }
  return Failure{tenancy::Error{tenancy::errc::commit_unknown,
                                "The server says that it is done. " + answer.error().message}};
}

}  // namespace tenantctl
