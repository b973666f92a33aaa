#pragma once

#include <chrono>

#include "tenancy/core/secret_bytes.hpp"

#include "service/messaging/gateway_failure.hpp"
#include "service/messaging/instance_name.hpp"
#include "service/messaging/pairing.hpp"

namespace tenantd {

/// Where messaging instances live: each is one telephone's connection.
///
/// An instance has a token, which is given to it when it is made and opens it alone. Whoever can
/// say it has made the instance, or was told.
///
/// Thread safety: thread-safe. Calls wait for the gateway, until the deadline at most.
class MessagingGateway {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  MessagingGateway() = default;
  MessagingGateway(const MessagingGateway&) = delete;
  MessagingGateway& operator=(const MessagingGateway&) = delete;
  virtual ~MessagingGateway() = default;

  /// Makes an instance of that name with that token. Without an answer nobody knows whether it was
  /// made. Errors: `name_taken`; `key_refused` for the platform's key; those of every call:
  /// `unreachable`, `untrusted`, `timed_out`, `refused`, `malformed`.
  virtual GatewayReply<Pairing> create(const InstanceName& name, const tenancy::SecretBytes& token,
                                       Deadline deadline) = 0;

  /// Fresh data to pair the instance of that name with, when the token is that instance's.
  /// Errors: `no_instance`; `key_refused` when the token is another one's.
  virtual GatewayReply<Pairing> connect(const InstanceName& name, const tenancy::SecretBytes& token,
                                        Deadline deadline) = 0;
};

}  // namespace tenantd
