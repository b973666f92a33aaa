#include "service/routes/messaging_view.hpp"

#include <string>
#include <string_view>

#include "service/named.hpp"

namespace tenantd {
namespace {

int status_of(GatewayFault fault) noexcept {
  switch (fault) {
    case GatewayFault::name_taken:
      return 409;
    case GatewayFault::timed_out:
      return 504;
    default:
      return 502;
  }
}

std::string_view words_for(GatewayFault fault) noexcept {
  switch (fault) {
    case GatewayFault::unreachable:
      return "The messaging gateway was not reached.";
    case GatewayFault::untrusted:
      return "The messaging gateway does not prove who it is.";
    case GatewayFault::timed_out:
      return "The messaging gateway did not answer in time.";
    case GatewayFault::key_refused:
      return "The messaging gateway does not take the platform's key.";
    case GatewayFault::name_taken:
      return "The messaging gateway has an instance of that name that was not made for this "
             "tenant.";
    case GatewayFault::malformed:
      return "The messaging gateway's answer is not what was expected.";
    case GatewayFault::refused:
    case GatewayFault::no_instance:
      break;
  }
  return "The messaging gateway refused.";
}

}  // namespace

JsonText messaging_json(const InstanceName& instance, const Pairing& pairing) {
  JsonText json;
  json.member("instance", instance.text()).member("state", name_of(pairing.state));
  if (pairing.state != PairingState::pairing) {
    json.raw_member("pairing", "null");
    return json;
  }
  JsonText data;
  data.member("pairing_code", pairing.pairing_code)
      .member("code", pairing.code)
      .member("qr", pairing.qr);
  json.raw_member("pairing", data.take());
  return json;
}

Problem to_problem(GatewayFault fault) {
  Problem problem{status_of(fault), words_for(fault)};
  problem.type = "urn:tenantd:messaging:" + std::string{name_of(fault)};
  return problem;
}

}  // namespace tenantd
