#include "service/messaging/gateway_keys.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <sodium.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero

#include "service/private_file.hpp"

namespace tenantd {
namespace {

using tenancy::SecretBytes;

constexpr std::size_t max_key = 256;
constexpr std::size_t max_file = 4096;
constexpr std::string_view purpose = "tenantd messaging instance 1";

using Digest = std::array<unsigned char, 32>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_key(std::string_view text) noexcept {
  return text.size() <= max_key &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

SecretBytes token_of(const SecretBytes& key, const std::string& message) {
  Digest seal{};
  Digest token{};
  std::array<char, 2 * Digest{}.size() + 1> text{};
  // A key may be longer than the hash takes one.
  crypto_generichash(seal.data(), seal.size(), bytes_of(key.unsafe_text()), key.size(), nullptr, 0);
  crypto_generichash(token.data(), token.size(), bytes_of(message), message.size(), seal.data(),
                     seal.size());
  sodium_bin2hex(text.data(), text.size(), token.data(), token.size());
  auto secret = SecretBytes::copy_of(std::string_view{text.data(), text.size() - 1});
  sodium_memzero(seal.data(), seal.size());
  sodium_memzero(token.data(), token.size());
  sodium_memzero(text.data(), text.size());
  return secret;
}

}  // namespace

std::variant<GatewayKeys, std::string> GatewayKeys::parse(std::string_view text) {
  std::vector<SecretBytes> keys;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (!is_key(line) || keys.size() == most) {
      return "must hold up to 4 keys, each on a line, of at most 256 visible ASCII characters";
    }
    if (!line.empty()) {
      keys.push_back(SecretBytes::copy_of(line));
    }
  }
  if (keys.empty()) {
    return "must hold a key";
  }
  return GatewayKeys{std::move(keys)};
}

GatewayKeys GatewayKeys::read(const std::filesystem::path& file) {
  require_private_file(file);
  std::ifstream stream{file, std::ios::binary};
  std::string text(max_file + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(stream.gcount());
  if (!stream.is_open() || stream.bad() || size > max_file) {
    throw std::runtime_error{file.string() + " cannot be read, or is too long for keys"};
  }
  auto parsed = parse(std::string_view{text}.substr(0, size));
  ::explicit_bzero(text.data(), text.size());
  if (const auto* const problem = std::get_if<std::string>(&parsed)) {
    throw std::runtime_error{file.string() + " " + *problem};
  }
  return std::get<GatewayKeys>(std::move(parsed));
}

std::vector<SecretBytes> GatewayKeys::tokens(tenancy::TenantId tenant,
                                             const InstanceName& name) const {
  // Neither has a blank in it.
  const std::string message = std::string{purpose} + ' ' + tenant.to_string() + ' ' + name.text();
  std::vector<SecretBytes> tokens;
  for (const SecretBytes& key : keys_) {
    tokens.push_back(token_of(key, message));
  }
  return tokens;
}

}  // namespace tenantd
