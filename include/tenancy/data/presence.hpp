#pragma once

#include <cstdint>

namespace tenancy::inline v0 {

/// Whether there is such a row. Not a `bool`, which a `Result` would be taken for.
enum class Presence : std::uint8_t { absent, present };

}  // namespace tenancy::inline v0
