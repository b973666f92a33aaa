// The first byte chooses a kind, or takes it from the text up to a colon; what is parsed parses
// again to itself, is what the kind's regular expression says, and is never two things at once.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>
#include <string_view>

#include "tenancy/registry/tenant_identifier.hpp"

#include "core/text.hpp"

namespace {

using tenancy::TenantIdentifier;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

bool matches(const std::string& text, const std::regex& expression) {
  // The matcher recurses once for each character, so long texts are not for it.
  return text.size() <= TenantIdentifier::max_value_length && std::regex_match(text, expression);
}

bool is_chat(const std::string& text) {
  static const std::regex number{"0|-?[1-9][0-9]{0,18}"};
  if (!matches(text, number)) {
    return false;
  }
  const bool is_negative = text.front() == '-';
  const std::string digits = text.substr(is_negative ? 1 : 0);
  const std::string most = is_negative ? "9223372036854775808" : "9223372036854775807";
  return digits.size() < most.size() || digits <= most;
}

bool is_good(std::string_view kind, const std::string& value) {
  static const std::regex name{"[A-Za-z0-9._-]{1,100}"};
  static const std::regex domain{
      "([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+"
      "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"};
  static const std::regex address{"(.*\\.)?[0-9]+"};
  if (kind == "instance" || kind == "space") {
    return matches(value, name);
  }
  if (kind == "telegram_chat") {
    return is_chat(value);
  }
  if (kind == "domain") {
    return matches(value, domain) && !matches(value, address);
  }
  return tenancy::detail::is_plain_line(value, 1, TenantIdentifier::max_value_length) &&
         value.front() != ' ' && value.back() != ' ';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::string_view, 5> kinds{"instance", "telegram_chat", "domain",
                                                         "space", "crm"};
  static const std::regex kind_form{"[a-z][a-z0-9_]{0,31}"};
  if (size == 0) {
    return 0;
  }
  std::string value{reinterpret_cast<const char*>(data) + 1, size - 1};
  std::string kind;
  if (data[0] % (kinds.size() + 1) < kinds.size()) {
    kind = kinds.at(data[0] % (kinds.size() + 1));
  } else {
    const std::size_t colon = std::min(value.find(':'), value.size());
    kind = value.substr(0, colon);
    value.erase(0, std::min(colon + 1, value.size()));
  }
  const auto parsed = TenantIdentifier::parse(kind, value);
  require(parsed.has_value() == (matches(kind, kind_form) && is_good(kind, value)));
  if (parsed) {
    const auto& identifier = parsed.value();
    require(identifier.kind() == kind);
    require(identifier.value().size() == value.size());
    require(kind == "domain" || identifier.value() == value);
    const auto again = TenantIdentifier::parse(identifier.kind(), identifier.value());
    require(again.has_value() && again.value() == identifier);
  }
  return 0;
}
