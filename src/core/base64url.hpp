#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenancy::inline v0::detail {

// Base 64 with the alphabet for URLs and without padding, for what is no secret: libsodium's takes
// the same time for all characters, which costs several times as much.
// Source: RFC 4648 §5.

std::string to_base64url(std::span<const std::byte> bytes);

/// Nothing unless it is the text that `to_base64url` gives for some bytes.
std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

}  // namespace tenancy::inline v0::detail
