#include "core/sha256.hpp"

#include <sodium.h>

#include "core/random.hpp"

namespace tenancy::inline v0::detail {

Sha256 sha256_of(std::initializer_list<std::span<const std::byte>> parts) noexcept {
  ensure_sodium();
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const auto part : parts) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  Sha256 hash{};
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(hash.data()));
  sodium_memzero(&state, sizeof state);
  return hash;
}

}  // namespace tenancy::inline v0::detail
