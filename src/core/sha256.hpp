#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>

#include "tenancy/core/export.hpp"

namespace tenancy::inline v0::detail {

using Sha256 = std::array<std::byte, 32>;

/// Of these parts as if they were one.
/// Source: FIPS 180-4.
[[nodiscard]] TENANCY_API Sha256
sha256_of(std::initializer_list<std::span<const std::byte>> parts) noexcept;

}  // namespace tenancy::inline v0::detail
