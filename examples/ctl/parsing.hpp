#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/registry/tenant_identifier.hpp"

#include "ctl/failure.hpp"

namespace tenantctl {

/// A length of time as people write it: `500ms`, `30s`, `1h30m`, `7d`, `2w`, or `0`.
/// Errors: usage, also beyond 1,000 years.
Outcome<std::chrono::milliseconds> parse_duration(std::string_view text);

/// A moment: RFC 3339, `now`, or so long from now. None for `never`. Errors: usage.
Outcome<std::optional<tenancy::Timestamp>> parse_moment(std::string_view text,
                                                        tenancy::Timestamp now);

/// `KIND:VALUE`. Errors: usage; `invalid_identifier`.
Outcome<tenancy::TenantIdentifier> parse_identifier(std::string_view text);

/// `NAME=VALUE`, split at the first `=`. Errors: usage.
Outcome<std::pair<std::string, std::string>> parse_assignment(std::string_view text);

/// What is wrong with the text when it is no positive number of 63 bits; empty otherwise. CLI11
/// would take hexadecimal ones, and the greatest in the place of any that is too great.
std::string whole_number_rule(const std::string& text);

}  // namespace tenantctl
