#include "ctl/pairing_answer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <sodium.h>

#include "tenancy/registry/tenant_identifier.hpp"

#include "ctl/output.hpp"
#include "ctl/server_answer.hpp"

namespace tenantctl {
namespace {

constexpr std::size_t longest_pairing_code = 32;
constexpr std::size_t longest_code = 2048;
constexpr std::size_t longest_qr = std::size_t{256} * 1024;
constexpr std::string_view data_url_of_png = "data:image/png;base64,";
constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";

Failure unexpected(const std::string& what) {
  return Failure::other("answer", "The server's answer is not what was expected: " + what + ".",
                        "Is the version of the server that of tenantctl?");
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_pairing_code(std::string_view text) {
  return !text.empty() && text.size() <= longest_pairing_code &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= longest_code &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_qr(std::string_view text) { return picture_of(text).has_value(); }

/// A text, or nothing where it is null. Errors: `answer` for any other.
Outcome<std::optional<std::string>> text_of(const Json& object, const char* name,
                                            bool (*is_right)(std::string_view)) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) {
    return std::optional<std::string>{};
  }
  if (!found->is_string() || !is_right(found->get_ref<const std::string&>())) {
    return unexpected(std::string{name} + " is none");
  }
  return std::optional{found->get<std::string>()};
}

bool is_instance(std::string_view text) {
  return tenancy::TenantIdentifier::parse("instance", text).has_value();
}

bool is_state(std::string_view text) {
  constexpr std::array<std::string_view, 3> states{"pending", "pairing", "connected"};
  return std::ranges::find(states, text) != states.end();
}

Outcome<PairingRecord> pairing_of(const Json& messaging) {
  BOOST_OUTCOME_TRY(auto instance, text_of(messaging, "instance", is_instance));
  BOOST_OUTCOME_TRY(auto state, text_of(messaging, "state", is_state));
  if (!instance || !state) {
    return unexpected("its messaging is none");
  }
  PairingRecord record{.instance = *std::move(instance), .state = *std::move(state)};
  const auto pairing = messaging.find("pairing");
  if (pairing != messaging.end() && pairing->is_object()) {
    BOOST_OUTCOME_TRY(record.pairing_code, text_of(*pairing, "pairing_code", is_pairing_code));
    BOOST_OUTCOME_TRY(record.code, text_of(*pairing, "code", is_code));
    BOOST_OUTCOME_TRY(record.qr, text_of(*pairing, "qr", is_qr));
  }
  return record;
}

}  // namespace

Outcome<PairedTenant> read_paired_tenant(std::string_view body) {
  // It has been looked at whether this can be taken apart, once there is a tenant.
  BOOST_OUTCOME_TRY(auto tenant, read_tenant(body));
  const Json document = Json::parse(body);
  const auto& data = document.at("data");
  const auto messaging = data.find("messaging");
  if (messaging == data.end() || !messaging->is_object()) {
    return unexpected("it has no messaging");
  }
  BOOST_OUTCOME_TRY(auto pairing, pairing_of(*messaging));
  return PairedTenant{std::move(tenant), std::move(pairing)};
}

Outcome<std::string> picture_of(std::string_view data_url) {
  if (data_url.starts_with(data_url_of_png) && data_url.size() <= longest_qr) {
    const auto digits = data_url.substr(data_url_of_png.size());
    std::string picture(digits.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(picture.data()),
                                         picture.size(), digits.data(), digits.size(), nullptr,
                                         &size, &end, sodium_base64_VARIANT_ORIGINAL);
    picture.resize(size);
    if (failed == 0 && end == digits.data() + digits.size() && picture.starts_with(png_signature)) {
      return picture;
    }
  }
  return unexpected("its QR code is no picture");
}

}  // namespace tenantctl
