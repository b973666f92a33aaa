#include "ctl/parsing.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include "ctl/display.hpp"

namespace tenantctl {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t in_milliseconds;
};

// Milliseconds stand before minutes, which are how they begin.
constexpr std::array units{
    Unit{"ms", 1},        Unit{"s", 1000},       Unit{"m", 60'000},
    Unit{"h", 3'600'000}, Unit{"d", 86'400'000}, Unit{"w", 604'800'000},
};

constexpr std::int64_t longest = std::int64_t{1000} * 365 * 86'400'000;

const Unit* unit_at(std::string_view text) {
  for (const Unit& unit : units) {
    if (text.starts_with(unit.name)) {
      return &unit;
    }
  }
  return nullptr;
}

}  // namespace

Outcome<milliseconds> parse_duration(std::string_view text) {
  const auto wrong = [text] {
    return Failure::misused("not a length of time: " + printable(text),
                            "Write 500ms, 30s, 5m, 1h30m, 7d or 2w.");
  };
  if (text == "0") {
    return milliseconds{0};
  }
  std::int64_t sum = 0;
  std::string_view rest = text;
  do {
    std::int64_t count = 0;
    const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (status != std::errc{} || count < 0 || rest.starts_with('-')) {
      return wrong();
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const Unit* const unit = unit_at(rest);
    if (unit == nullptr || count > longest / unit->in_milliseconds ||
        (sum += count * unit->in_milliseconds) > longest) {
      return wrong();
    }
    rest.remove_prefix(unit->name.size());
  } while (!rest.empty());
  return milliseconds{sum};
}

Outcome<std::optional<tenancy::Timestamp>> parse_moment(std::string_view text,
                                                        tenancy::Timestamp now) {
  using Moment = std::optional<tenancy::Timestamp>;
  if (text == "never") {
    return Moment{};
  }
  if (text == "now") {
    return Moment{now};
  }
  if (const auto time = tenancy::Timestamp::parse(text)) {
    return Moment{time.value()};
  }
  const auto length = parse_duration(text);
  if (!length) {
    return Failure::misused("not a moment: " + printable(text),
                            "Write 30d, 2026-12-31T23:59:59Z, now or never.");
  }
  return Moment{now + length.value()};
}

Outcome<tenancy::TenantIdentifier> parse_identifier(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return Failure::misused("not an identifier: " + printable(text),
                            "Write KIND:VALUE, as in domain:acme.example.");
  }
  BOOST_OUTCOME_TRY(auto identifier, tenancy::TenantIdentifier::parse(text.substr(0, colon),
                                                                      text.substr(colon + 1)));
  return identifier;
}

Outcome<std::pair<std::string, std::string>> parse_assignment(std::string_view text) {
  const auto sign = text.find('=');
  if (sign == std::string_view::npos || sign == 0) {
    return Failure::misused("not an assignment: " + printable(text), "Write NAME=ID.");
  }
  return std::pair{std::string{text.substr(0, sign)}, std::string{text.substr(sign + 1)}};
}

std::string whole_number_rule(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const bool is_number = parsed.ec == std::errc{} && parsed.ptr == end && number > 0;
  return is_number ? std::string{} : "not a whole number from 1 on: " + printable(text);
}

}  // namespace tenantctl
