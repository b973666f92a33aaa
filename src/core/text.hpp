#pragma once

#include <cstddef>
#include <string_view>

#include "tenancy/core/export.hpp"

namespace tenancy::inline v0::detail {

/// Whether the text is well-formed UTF-8 (no overlong forms, no surrogates, nothing above
/// U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Whether the text is a line that people can read in a log or a table: well-formed UTF-8, within
/// the length in bytes, without control characters (C0, DEL, C1), line or paragraph separators,
/// or characters that turn the direction of writing and so make text show as something else.
[[nodiscard]] TENANCY_API bool is_plain_line(std::string_view text, std::size_t min_bytes,
                                             std::size_t max_bytes) noexcept;

}  // namespace tenancy::inline v0::detail
