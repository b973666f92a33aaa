#include "service/request_ids.hpp"

#include <string_view>

#include <sodium.h>

namespace tenantd {
namespace {

constexpr std::string_view prefix = "req_";
constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t characters = 26;
constexpr unsigned bits_of_a_character = 5;

}  // namespace

RequestIds::RequestIds() noexcept {
  static_assert(sizeof key_ == crypto_shorthash_siphashx24_KEYBYTES);
  randombytes_buf(key_.data(), key_.size());
}

std::string RequestIds::next() {
  const std::uint64_t number = count_.fetch_add(1, std::memory_order_relaxed);
  std::array<unsigned char, sizeof number> counted{};
  for (std::size_t i = 0; i < counted.size(); ++i) {
    counted[i] = static_cast<unsigned char>(number >> (8 * i));
  }
  std::array<unsigned char, crypto_shorthash_siphashx24_BYTES> hash{};
  crypto_shorthash_siphashx24(hash.data(), counted.data(), counted.size(), key_.data());

  std::string id;
  id.reserve(prefix.size() + characters);
  id += prefix;
  // The characters hold two bits more than the hash has: those come first, and are zero.
  std::uint32_t bits = 0;
  unsigned held = 2;
  for (const unsigned char byte : hash) {
    bits = bits << 8U | byte;
    held += 8;
    while (held >= bits_of_a_character) {
      held -= bits_of_a_character;
      id += digits[(bits >> held) % digits.size()];
    }
  }
  return id;
}

}  // namespace tenantd
