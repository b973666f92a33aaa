#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "tenancy/core/key_ring.hpp"

using tenancy::KeyPurpose;
using tenancy::KeyRing;

namespace {

// All that the library says about a malformed ring, the number of the line left out. A message that
// is none of these may repeat a part of a key.
constexpr std::array<std::string_view, 5> refusals{
    "the key ring holds no key",
    "key ring, line : expected VERSION:KEY",
    "key ring, line : the version is a positive number of at most  bits",
    "key ring, line : a key is  hexadecimal digits",
    "key ring, line : this version stands there twice",
};

bool is_known(std::string message) {
  std::erase_if(message, [](char c) { return c >= '0' && c <= '9'; });
  return std::ranges::find(refusals, message) != refusals.end();
}

}  // namespace

// Whatever parses is a working ring: its versions are positive, ascending and distinct, the newest
// makes, and what it makes holds for its purpose alone. Whatever does not is not repeated.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto ring = KeyRing::parse(text);
  if (!ring) {
    if (ring.error() != tenancy::errc::invalid_key_ring || !is_known(ring.error().message())) {
      std::abort();
    }
    return 0;
  }
  const auto versions = ring.value().versions();
  const auto message = std::as_bytes(std::span{data, size});
  const auto mac = ring.value().authenticate(KeyPurpose::cursor, message);
  const bool good =
      !versions.empty() && versions.front() > 0 &&
      std::ranges::adjacent_find(versions, std::ranges::greater_equal{}) == versions.end() &&
      versions.back() == ring.value().newest_version() && mac.key_version == versions.back() &&
      ring.value().verify(KeyPurpose::cursor, message, mac) &&
      !ring.value().verify(KeyPurpose::api_key, message, mac);
  if (!good) {
    std::abort();
  }
  return 0;
}
