#include "service/messaging/instance_name.hpp"

#include <algorithm>
#include <cstddef>

namespace tenantd {
namespace {

constexpr std::size_t max_length = 100;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_length && is_letter_or_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace

std::optional<InstanceName> InstanceName::parse(std::string_view text) {
  return is_name(text) ? std::optional{InstanceName{text}} : std::nullopt;
}

std::optional<std::string_view> instance_name_rule(std::string_view text) {
  if (!is_name(text)) {
    return "must be 1 to 100 letters, digits, dots, underscores and hyphens of ASCII, the first a "
           "letter or a digit";
  }
  return std::nullopt;
}

}  // namespace tenantd
