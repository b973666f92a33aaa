#pragma once

#include <string>
#include <string_view>

namespace tenancy::inline v0::detail {

/// The least text in UTF-8 that is not less, byte by byte: among texts in UTF-8 both are the same
/// bound. An engine that keeps no other texts takes no other bounds either.
std::string least_utf8_from(std::string_view bound);

}  // namespace tenancy::inline v0::detail
