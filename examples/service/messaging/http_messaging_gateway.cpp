#include "service/messaging/http_messaging_gateway.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "service/messaging/gateway_answer.hpp"

namespace tenantd {
namespace {

bool is_success(int status) noexcept { return status == 200 || status == 201; }

}  // namespace

GatewayReply<Pairing> HttpMessagingGateway::create(const InstanceName& name,
                                                   const tenancy::SecretBytes& token,
                                                   Deadline deadline) {
  const nlohmann::json wanted{{"instanceName", name.text()},
                              {"token", token.unsafe_text()},
                              {"qrcode", true},
                              {"integration", "WHATSAPP-BAILEYS"}};
  BOOST_OUTCOME_TRY(const auto answer, connection_.send({.method = "POST",
                                                         .target = "/instance/create",
                                                         .key = key_.unsafe_text(),
                                                         .json = wanted.dump()},
                                                        deadline));
  if (is_success(answer.status)) {
    return read_created(answer.body, name, token);
  }
  switch (answer.status) {
    case 401:
      return GatewayFailure{GatewayFault::key_refused, answer.status};
    case 403:  // Names are looked at before keys.
    case 409:
      return GatewayFailure{GatewayFault::name_taken, answer.status};
    default:
      return GatewayFailure{GatewayFault::refused, answer.status};
  }
}

GatewayReply<Pairing> HttpMessagingGateway::connect(const InstanceName& name,
                                                    const tenancy::SecretBytes& token,
                                                    Deadline deadline) {
  BOOST_OUTCOME_TRY(const auto answer,
                    connection_.send({.method = "GET",
                                      .target = "/instance/connect/" + name.text(),
                                      .key = token.unsafe_text(),
                                      .json = {}},
                                     deadline));
  if (is_success(answer.status)) {
    return read_connected(answer.body, name);
  }
  switch (answer.status) {
    case 401:
    case 403:
      return GatewayFailure{GatewayFault::key_refused, answer.status};
    case 404:
      return GatewayFailure{GatewayFault::no_instance, answer.status};
    default:
      return GatewayFailure{GatewayFault::refused, answer.status};
  }
}

}  // namespace tenantd
