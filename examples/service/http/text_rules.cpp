#include "service/http/text_rules.hpp"

#include <algorithm>

#include "service/http/message.hpp"

namespace tenantd {
namespace {

bool is_url_character(char c) noexcept {
  constexpr std::string_view never{"\"<>\\^`{|}"};
  return c > ' ' && c < '\x7f' && never.find(c) == std::string_view::npos;
}

}  // namespace

bool has_control_character(std::string_view text, std::string_view but) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are C2 80 to C2 9F.
    const bool is_c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    const bool is_c0 = byte < 0x20 && but.find(text[i]) == std::string_view::npos;
    if (is_c0 || byte == 0x7F || is_c1) {
      return true;
    }
  }
  return false;
}

std::optional<std::string_view> any_text_rule(std::string_view /*text*/) { return std::nullopt; }

std::optional<std::string_view> message_rule(std::string_view text) {
  // Each would be six bytes of JSON.
  if (text.empty() || text.size() > 2000 || has_control_character(text, "\n\t")) {
    return "must be 1 to 2000 bytes without control characters but line ends and tabs";
  }
  return std::nullopt;
}

std::optional<std::string_view> long_name_rule(std::string_view text) {
  if (text.empty() || text.size() > 200 || has_control_character(text)) {
    return "must be 1 to 200 bytes without control characters";
  }
  return std::nullopt;
}

std::optional<std::string_view> short_name_rule(std::string_view text) {
  if (text.empty() || text.size() > 100 || has_control_character(text)) {
    return "must be 1 to 100 bytes without control characters";
  }
  return std::nullopt;
}

std::optional<std::string_view> web_url_rule(std::string_view text) {
  if (text.size() > 2000) {
    return "must be at most 2000 bytes";
  }
  const auto colon = text.find("://");
  const std::string_view scheme = text.substr(0, colon);
  if (colon == std::string_view::npos ||
      (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))) {
    return "must begin with http:// or https://";
  }
  const std::string_view rest = text.substr(colon + 3);
  if (rest.substr(0, rest.find_first_of("/?#")).empty()) {
    return "must name a host";
  }
  if (!std::all_of(text.begin(), text.end(), is_url_character)) {
    return "must have only characters that a URL may have";
  }
  return std::nullopt;
}

}  // namespace tenantd
