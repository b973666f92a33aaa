#include "registry/api_key_text.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <boost/crc.hpp>

#include "core/base32.hpp"
#include "core/random.hpp"

namespace tenancy::inline v0::detail {
namespace {

std::string_view prefix_of(KeyHolder holder) noexcept {
  return holder == KeyHolder::tenant ? "tnk_" : "tna_";
}

/// Written by the parts of a key that are chosen at random, five bits a character.
void write_random(std::span<char> to) {
  std::array<std::byte, ApiKeyText::id_size + ApiKeyText::secret_size> bits{};
  const auto used = std::span{bits}.first(to.size());
  fill_random(used);
  std::ranges::transform(used, to.begin(), [](std::byte random) {
    return base32_lower[std::to_integer<std::size_t>(random & std::byte{31})];
  });
}

/// CRC-32 of the text before it: no proof of anything, it tells typing errors and other people's
/// strings from keys without a look at the store.
std::array<char, ApiKeyText::checksum_size> checksum_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t rest = crc.checksum();
  std::array<char, ApiKeyText::checksum_size> digits{};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = base32_lower[rest & 31U];
    rest >>= 5;
  }
  return digits;
}

Error invalid() { return Error{errc::invalid_credential, "the text is not a key of this kind"}; }

}  // namespace

ApiKeyText ApiKeyText::generate(KeyHolder holder) {
  std::array<char, size> text{};
  prefix_of(holder).copy(text.data(), prefix_size);
  write_random(std::span{text}.subspan(prefix_size, id_size + secret_size));
  const auto checksum = checksum_of({text.data(), size - checksum_size});
  std::ranges::copy(checksum, text.end() - checksum_size);
  ApiKeyText key{SecretBytes::copy_of(std::string_view{text.data(), text.size()})};
  wipe(std::as_writable_bytes(std::span{text}));
  return key;
}

Result<std::string_view> ApiKeyText::id_of(KeyHolder holder, std::string_view text) {
  if (text.size() != size || !text.starts_with(prefix_of(holder))) {
    return invalid();
  }
  const auto all_digits =
      std::ranges::all_of(text.substr(prefix_size), [](char c) { return base32_value(c) >= 0; });
  const auto checksum = checksum_of(text.substr(0, size - checksum_size));
  if (!all_digits || !std::ranges::equal(text.substr(size - checksum_size), checksum)) {
    return invalid();
  }
  return text.substr(prefix_size, id_size);
}

CredentialId to_credential(std::string_view id) noexcept {
  CredentialId credential{};
  id.copy(credential.data(), credential.size());
  return credential;
}

Mac hash_api_key(const KeyRing& keys, std::string_view text) {
  return keys.authenticate(KeyPurpose::api_key, std::as_bytes(std::span{text}));
}

bool matches_api_key(const KeyRing& keys, std::string_view text, std::int64_t key_version,
                     std::span<const std::byte> stored) {
  Mac mac{};
  const bool usable = key_version > 0 && key_version <= std::numeric_limits<std::uint32_t>::max() &&
                      stored.size() == mac.tag.size();
  if (usable) {
    mac.key_version = static_cast<std::uint32_t>(key_version);
    std::ranges::copy(stored, mac.tag.begin());
  } else {
    mac.key_version = keys.newest_version();
  }
  const bool matches = keys.verify(KeyPurpose::api_key, std::as_bytes(std::span{text}), mac);
  return usable && matches;
}

}  // namespace tenancy::inline v0::detail
