// Whatever a messaging gateway answers, what is taken of it is pairing data and nothing else: texts
// without a meaning in pages, headers or terminals, of a bounded length.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "service/messaging/gateway_answer.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void require_harmless(const std::optional<std::string>& text, std::size_t most) {
  if (text) {
    require(!text->empty() && text->size() <= most);
    for (const char c : *text) {
      require(c > ' ' && c < '\x7f' && std::string_view{"\"'\\<>&`"}.find(c) == std::string::npos);
    }
  }
}

void look_at(const tenantd::GatewayReply<tenantd::Pairing>& reply, std::string_view body) {
  if (reply.has_error()) {
    require(reply.error().fault == tenantd::GatewayFault::malformed);
    return;
  }
  const tenantd::Pairing& pairing = reply.value();
  require_harmless(pairing.pairing_code, 32);
  require_harmless(pairing.code, 2048);
  require_harmless(pairing.qr, std::size_t{128} * 1024);
  require(!pairing.qr || pairing.qr->starts_with("data:image/png;base64,iVBORw0KGgo"));
  const bool has_data = pairing.pairing_code || pairing.code || pairing.qr;
  require(has_data == (pairing.state == tenantd::PairingState::pairing));
  // Nothing of it is made up.
  require(!pairing.pairing_code || body.size() > pairing.pairing_code->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  const auto name = *tenantd::InstanceName::parse("clinic");
  const auto token = tenancy::SecretBytes::copy_of("t0ken");
  const auto created = tenantd::read_created(body, name, token);
  look_at(created, body);
  // Without the name and the token there is no creation.
  require(created.has_error() || (body.find("c") != std::string_view::npos && size > 20));
  look_at(tenantd::read_connected(body, name), body);
  return 0;
}
