#pragma once

#include <cstdint>

namespace tenancy::inline v0 {

/// How a value lies in a store.
enum class StorageClass : std::uint8_t { integer, real, text, blob };

}  // namespace tenancy::inline v0
