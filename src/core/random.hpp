#pragma once

#include <cstddef>
#include <span>

namespace tenancy::inline v0::detail {

/// Fills with bytes from the operating system's generator. Stops the process when there is none.
void fill_random(std::span<std::byte> bytes) noexcept;

/// Overwrites, in a way that the compiler does not leave out.
void wipe(std::span<std::byte> bytes) noexcept;

/// Makes libsodium ready; call before any other use of it. Thread-safe and cheap when repeated.
void ensure_sodium() noexcept;

}  // namespace tenancy::inline v0::detail
