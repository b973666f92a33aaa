#pragma once

#include <cstdint>

namespace tenancy::inline v0 {

/// How an engine keeps a value that is not NULL.
enum class StorageClass : std::uint8_t { integer, real, text, blob };

}  // namespace tenancy::inline v0
