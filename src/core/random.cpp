#include "core/random.hpp"

#include <sodium.h>

#include "tenancy/core/assert.hpp"

namespace tenancy::inline v0::detail {

void ensure_sodium() noexcept {
  static const bool ready = sodium_init() >= 0;
  TENANCY_ASSERT(ready, "libsodium cannot be initialised: no source of random numbers");
}

void fill_random(std::span<std::byte> bytes) noexcept {
  ensure_sodium();
  // An empty span may have no address, which the generator must not be given.
  if (!bytes.empty()) {
    randombytes_buf(bytes.data(), bytes.size());
  }
}

void wipe(std::span<std::byte> bytes) noexcept { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace tenancy::inline v0::detail
