#include "service/messaging/gateway_answer.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "service/http/json_body.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_pairing_code = 32;
constexpr std::size_t max_code = 2048;
constexpr std::size_t max_qr = std::size_t{128} * 1024;
/// As long as eight bytes of base64 stand for the signature that each PNG begins with.
constexpr std::string_view png_url = "data:image/png;base64,iVBORw0KGgo";
constexpr std::string_view data_url = "data:image/png;base64,";

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_pairing_code(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_pairing_code &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_code(std::string_view text) noexcept {
  constexpr std::string_view marks = "+/=@,.:;#?_-";
  return !text.empty() && text.size() <= max_code && std::ranges::all_of(text, [&](char c) {
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

bool is_qr(std::string_view text) noexcept {
  if (text.size() > max_qr || !text.starts_with(png_url)) {
    return false;
  }
  std::string_view digits = text.substr(data_url.size());
  if (digits.size() % 4 != 0) {
    return false;
  }
  for (int padding = 0; padding < 2 && digits.ends_with('='); ++padding) {
    digits.remove_suffix(1);
  }
  return std::ranges::all_of(digits,
                             [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/'; });
}

/// A member of an object; nothing when it is missing or null.
const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) {
    return nullptr;
  }
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// Takes a text if it is there. False when it is there and wrong.
bool take_text(const Json& object, const char* name, bool (*is_right)(std::string_view) noexcept,
               std::optional<std::string>& text) {
  const Json* const value = member(object, name);
  if (value == nullptr) {
    return true;
  }
  if (!value->is_string() || !is_right(value->get_ref<const std::string&>())) {
    return false;
  }
  text = value->get<std::string>();
  return true;
}

bool is_text(const Json* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->get_ref<const std::string&>() == text;
}

bool has_token(const Json* value, const tenancy::SecretBytes& token) {
  return value != nullptr && value->is_string() &&
         token.equals(tenancy::SecretBytes::copy_of(value->get_ref<const std::string&>()));
}

/// What an object has to pair with, which may be nothing yet.
GatewayReply<Pairing> read_pairing(const Json& object) {
  Pairing pairing;
  if (!take_text(object, "pairingCode", is_pairing_code, pairing.pairing_code) ||
      !take_text(object, "code", is_code, pairing.code) ||
      !take_text(object, "base64", is_qr, pairing.qr)) {
    return GatewayFault::malformed;
  }
  if (pairing.pairing_code || pairing.code || pairing.qr) {
    pairing.state = PairingState::pairing;
  }
  return pairing;
}

GatewayReply<Json> read_object(std::string_view body) {
  auto object = read_json_object(body);
  if (!object) {
    return GatewayFailure{GatewayFault::malformed};
  }
  return std::move(object).value();
}

}  // namespace

GatewayReply<Pairing> read_created(std::string_view body, const InstanceName& name,
                                   const tenancy::SecretBytes& token) {
  BOOST_OUTCOME_TRY(const auto answer, read_object(body));
  const Json* const instance = member(answer, "instance");
  if (instance == nullptr || !is_text(member(*instance, "instanceName"), name.text())) {
    return GatewayFault::malformed;
  }
  // Older gateways put it into an object.
  const Json* const hash = member(answer, "hash");
  const Json* const within = hash == nullptr ? nullptr : member(*hash, "apikey");
  if (!has_token(within == nullptr ? hash : within, token)) {
    return GatewayFault::malformed;
  }
  const Json* const code = member(answer, "qrcode");
  if (code == nullptr) {
    return Pairing{};
  }
  if (!code->is_object()) {
    return GatewayFault::malformed;
  }
  return read_pairing(*code);
}

GatewayReply<Pairing> read_connected(std::string_view body, const InstanceName& name) {
  BOOST_OUTCOME_TRY(const auto answer, read_object(body));
  const Json* const instance = member(answer, "instance");
  if (instance == nullptr) {
    // A gateway that fails answers so, too, and says nothing of the instance.
    return answer.contains("error") ? GatewayReply<Pairing>{GatewayFault::malformed}
                                    : read_pairing(answer);
  }
  if (!is_text(member(*instance, "instanceName"), name.text())) {
    return GatewayFault::malformed;
  }
  if (is_text(member(*instance, "state"), "open")) {
    return Pairing{.state = PairingState::connected};
  }
  const Json* const code = member(answer, "qrcode");
  if (code != nullptr && !code->is_object()) {
    return GatewayFault::malformed;
  }
  return code == nullptr ? GatewayReply<Pairing>{Pairing{}} : read_pairing(*code);
}

}  // namespace tenantd
