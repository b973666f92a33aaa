#pragma once

#include "service/messaging/gateway_connection.hpp"
#include "service/messaging/messaging_gateway.hpp"

namespace tenantd {

/// A gateway that speaks the HTTP of the Evolution API: `POST /instance/create` with the platform's
/// key, `GET /instance/connect/{name}` with the instance's token.
///
/// Source: https://doc.evolution-api.com, versions 1.8 and 2.
class HttpMessagingGateway final : public MessagingGateway {
 public:
  /// As for a `GatewayConnection`, with the platform's key.
  HttpMessagingGateway(GatewayAddress address, const std::string& cacert,
                       const tenancy::SecretBytes& key)
      : connection_{std::move(address), cacert}, key_{key.clone()} {}

  GatewayReply<Pairing> create(const InstanceName& name, const tenancy::SecretBytes& token,
                               Deadline deadline) override;
  GatewayReply<Pairing> connect(const InstanceName& name, const tenancy::SecretBytes& token,
                                Deadline deadline) override;

 private:
  GatewayConnection connection_;
  tenancy::SecretBytes key_;
};

}  // namespace tenantd
