#pragma once

#include <cstdint>

namespace tenancy::inline v0 {

/// Whether a visit to rows goes on.
enum class Visit : std::uint8_t { next, stop };

}  // namespace tenancy::inline v0
