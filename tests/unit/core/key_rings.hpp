#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "tenancy/core/key_ring.hpp"

namespace tenancy_test {

inline constexpr std::string_view hex_a =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
inline constexpr std::string_view hex_b =
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

inline std::string entry(std::string_view version, std::string_view hex) {
  return std::string{version} + ":" + std::string{hex};
}

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span{text});
}

inline tenancy::Mac mac_of(const tenancy::KeyRing& ring, std::string_view message = "message",
                           tenancy::KeyPurpose purpose = tenancy::KeyPurpose::cursor) {
  return ring.authenticate(purpose, bytes(message));
}

inline bool accepts(const tenancy::KeyRing& ring, const tenancy::Mac& mac,
                    std::string_view message = "message",
                    tenancy::KeyPurpose purpose = tenancy::KeyPurpose::cursor) {
  return ring.verify(purpose, bytes(message), mac);
}

/// Whether both rings hold the same newest key.
inline bool are_same(const tenancy::KeyRing& a, const tenancy::KeyRing& b) {
  return mac_of(a).key_version == mac_of(b).key_version && mac_of(a).tag == mac_of(b).tag;
}

/// Whether the text holds any part of the key that is worth something to a thief.
inline bool shows(std::string_view text, std::string_view key) {
  constexpr std::size_t worth = 8;
  for (std::size_t i = 0; i + worth <= key.size(); ++i) {
    if (text.find(key.substr(i, worth)) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace tenancy_test
