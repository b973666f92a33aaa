#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/secret_bytes.hpp"

#include "ctl/call_limit.hpp"
#include "ctl/failure.hpp"
#include "ctl/server_address.hpp"

namespace tenantctl {

/// One request of the API.
struct HttpRequest {
  std::string method;
  std::string target;                    ///< Path and query, escaped.
  std::optional<std::string> json = {};  ///< The body.
  std::string if_match = {};             ///< The entity tag that must hold; empty for any.

  /// Whether a server may have changed something when no answer came.
  [[nodiscard]] bool may_change() const { return method != "GET"; }
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string request_id;  ///< As the header has it; may be empty.
  std::string location;    ///< Where a redirection leads; may be empty.
  std::string entity_tag;  ///< May be empty.
  std::string body;
};

/// Requests to one server with one key, over libcurl. Certificates are always verified, no
/// redirection is followed, so that the key goes nowhere else, and nothing is tried twice. Proxies
/// are those of the environment, but for this machine's own services.
///
/// Thread safety: thread-confined.
class HttpClient {
 public:
  static constexpr std::size_t max_body_bytes = 32 * 1024 * 1024;

  /// The limit must outlive the client. Errors: usage, when there is no such file of certificates.
  static Outcome<HttpClient> create(const ServerAddress& address, const tenancy::SecretBytes& key,
                                    const std::string& cacert, const CallLimit& limit);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Whatever the server answers. Errors: `unreachable`, `deadline_exceeded` and `cancelled`, when
  /// nothing was done; `commit_unknown`, when a change was sent and no answer came; `untrusted`
  /// for a certificate; `answer` for what is not HTTP or too long.
  [[nodiscard]] Outcome<HttpAnswer> send(const HttpRequest& request);

 private:
  class Handles;
  explicit HttpClient(std::unique_ptr<Handles> handles);

  std::unique_ptr<Handles> handles_;
};

/// A part of a path or a query, with every character escaped that means something there.
std::string url_escaped(std::string_view text);

}  // namespace tenantctl
