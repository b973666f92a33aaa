#include "tenancy/registry/tenant_identifier.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ostream>

#include "core/text.hpp"

namespace tenancy::inline v0 {
namespace {

constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_kind(std::string_view text) noexcept {
  return !text.empty() && text.size() <= TenantIdentifier::max_kind_length &&
         is_lower(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

Error invalid(std::string message) { return Error{errc::invalid_identifier, std::move(message)}; }

Result<std::string> parse_name(std::string_view value) {
  constexpr std::size_t max_length = 100;
  const bool fits =
      !value.empty() && value.size() <= max_length && std::ranges::all_of(value, [](char c) {
        return is_lower(to_lower(c)) || is_digit(c) || c == '.' || c == '_' || c == '-';
      });
  if (!fits) {
    return invalid("instances and spaces are 1 to 100 of a-z, A-Z, 0-9, '.', '_' and '-'");
  }
  return std::string{value};
}

Result<std::string> parse_chat(std::string_view value) {
  std::int64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [stopped, failure] = std::from_chars(value.data(), end, number);
  // One chat has one spelling: no zeros in front, no sign of plus or before zero.
  if (failure != std::errc{} || stopped != end || std::to_string(number) != value) {
    return invalid("a telegram_chat is a whole number of 64 bits in its usual spelling");
  }
  return std::string{value};
}

bool is_label(std::string_view label) noexcept {
  constexpr std::size_t max_label_length = 63;
  return !label.empty() && label.size() <= max_label_length && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

Result<std::string> parse_domain(std::string_view value) {
  std::string folded{value};
  std::ranges::transform(folded, folded.begin(), to_lower);
  std::size_t labels = 0;
  std::string_view rest = folded;
  std::string_view last;
  bool fits = folded.size() <= TenantIdentifier::max_value_length;
  while (fits && labels < TenantIdentifier::max_value_length) {
    const std::size_t dot = rest.find('.');
    last = rest.substr(0, dot);
    fits = is_label(last);
    ++labels;
    if (dot == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  // What ends in a number is an address (RFC 3696 §2).
  if (!fits || labels < 2 || std::ranges::all_of(last, is_digit)) {
    return invalid(
        "a domain is a host name of at least two labels of a-z, 0-9 and inner '-', without a dot "
        "at its end; write others than ASCII in their 'xn--' form");
  }
  return folded;
}

Result<std::string> parse_other(std::string_view value) {
  if (!detail::is_plain_line(value, 1, TenantIdentifier::max_value_length) ||
      value.front() == ' ' || value.back() == ' ') {
    return invalid(
        "an identifier is 1 to 200 bytes of UTF-8 without control characters and without blanks at "
        "its ends");
  }
  return std::string{value};
}

struct KnownKind {
  std::string_view name;
  Result<std::string> (*parse)(std::string_view value);
};

constexpr std::array<KnownKind, 4> known_kinds{{{"instance", &parse_name},
                                                {"telegram_chat", &parse_chat},
                                                {"domain", &parse_domain},
                                                {"space", &parse_name}}};

}  // namespace

Result<TenantIdentifier> TenantIdentifier::parse(std::string_view kind, std::string_view value) {
  if (!is_kind(kind)) {
    return invalid(
        "a kind of identifiers is 1 to 32 of a-z, 0-9 and '_', and begins with a letter");
  }
  const auto* const known = std::ranges::find(known_kinds, kind, &KnownKind::name);
  BOOST_OUTCOME_TRY(auto parsed,
                    known == known_kinds.end() ? parse_other(value) : known->parse(value));
  return TenantIdentifier{std::string{kind}, std::move(parsed)};
}

std::string TenantIdentifier::to_string() const { return kind_ + ":" + value_; }

std::ostream& operator<<(std::ostream& out, const TenantIdentifier& identifier) {
  return out << identifier.to_string();
}

}  // namespace tenancy::inline v0
