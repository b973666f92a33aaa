#pragma once

#include <string_view>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

/// Whether a text is one JSON object that every reader understands alike: well-formed, no key twice
/// in an object, at most 32 levels deep, no numbers that a double cannot hold.
/// Errors: `invalid_argument`, with the place.
/// Source: RFC 8259; RFC 7493 §2.3 on keys.
Result<void> check_json_object(std::string_view text);

}  // namespace tenancy::inline v0::detail
