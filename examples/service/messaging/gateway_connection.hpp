#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/messaging/gateway_address.hpp"
#include "service/messaging/gateway_failure.hpp"

namespace tenantd {

/// One request to a gateway.
struct GatewayRequest {
  std::string_view method;
  std::string target;               ///< Below the address's path.
  std::string_view key;             ///< For the header `apikey`.
  std::optional<std::string> json;  ///< The body.
};

struct GatewayAnswer {
  int status;
  std::string body;
};

/// Requests to one gateway over HTTP/1.1, each on a connection of its own. Certificates and the
/// names in them are always verified, no redirection is followed, so that the key goes nowhere
/// else, nothing is tried twice, and no proxy is used.
///
/// An answer has at most 16 KiB of headers and 256 KiB of body. Whatever the gateway does, a
/// call has an end by its deadline, also while a name is looked up.
///
/// Thread safety: thread-safe; each call waits, and one thread serves all connections. It ends once
/// a look-up of a name that is under way has ended.
/// Source: RFC 9110, RFC 9112.
class GatewayConnection {
 public:
  static constexpr std::size_t max_body_bytes = std::size_t{256} * 1024;

  /// Trusts the certificates in that file, or those that the system trusts when it is empty. Throws
  /// a `std::runtime_error` that says why when the file cannot be used.
  GatewayConnection(GatewayAddress address, const std::string& cacert);
  GatewayConnection(const GatewayConnection&) = delete;
  GatewayConnection& operator=(const GatewayConnection&) = delete;
  ~GatewayConnection();

  /// Whatever the gateway answers. Errors: `unreachable`, `untrusted`, `timed_out`, `malformed`.
  GatewayReply<GatewayAnswer> send(const GatewayRequest& request,
                                   std::chrono::steady_clock::time_point deadline);

 private:
  class Wires;
  std::unique_ptr<Wires> wires_;
};

}  // namespace tenantd
