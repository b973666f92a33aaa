#include "service/messaging/messaging_options.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

#include "service/messaging/gateway_address.hpp"
#include "service/messaging/http_messaging_gateway.hpp"

namespace tenantd {

std::string problem_with(const MessagingOptions& options, std::chrono::milliseconds request_time) {
  const bool has_key = !options.key.empty() || !options.key_file.empty();
  if (options.url.empty()) {
    return has_key ? "--messaging-url is missing: there is a key for a messaging gateway" : "";
  }
  const auto address = parse_gateway_url(options.url);
  if (const auto* const problem = std::get_if<std::string>(&address)) {
    return "--messaging-url " + *problem;
  }
  const auto& place = std::get<GatewayAddress>(address);
  if (!place.is_encrypted && !place.is_loopback && !options.insecure_http) {
    return "--messaging-url must begin with https://, or the key travels in the clear: "
           "--messaging-insecure-http allows that";
  }
  if (!has_key) {
    return "--messaging-url needs a key: set --messaging-key-file or TENANTD_MESSAGING_KEY";
  }
  if (!options.key.empty() && !options.key_file.empty()) {
    return "--messaging-key-file and TENANTD_MESSAGING_KEY are not given together";
  }
  if (!options.key.empty()) {
    const auto keys = GatewayKeys::parse(options.key);
    if (const auto* const problem = std::get_if<std::string>(&keys)) {
      return "TENANTD_MESSAGING_KEY " + *problem;
    }
  }
  if (options.time >= request_time) {
    return "--messaging-time must be less than --request-time, so that there is time left to tell "
           "what came of it";
  }
  return {};
}

std::shared_ptr<TenantInstances> open_messaging(const MessagingOptions& options) {
  if (options.url.empty()) {
    return nullptr;
  }
  auto address = parse_gateway_url(options.url);
  auto keys = options.key_file.empty()
                  ? GatewayKeys::parse(options.key)
                  : std::variant<GatewayKeys, std::string>{GatewayKeys::read(options.key_file)};
  if (!std::holds_alternative<GatewayAddress>(address) ||
      !std::holds_alternative<GatewayKeys>(keys)) {
    throw std::runtime_error{"the messaging gateway has no good URL or key"};
  }
  auto found = std::get<GatewayKeys>(std::move(keys));
  auto gateway = std::make_unique<HttpMessagingGateway>(
      std::get<GatewayAddress>(std::move(address)), options.cacert, found.current());
  return std::make_shared<TenantInstances>(std::move(gateway), std::move(found), options.time);
}

}  // namespace tenantd
