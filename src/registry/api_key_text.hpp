#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tenancy/core/detail/credential_id.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/secret_bytes.hpp"

namespace tenancy::inline v0::detail {

/// Whose key a text claims to be; part of the text and so of its hash.
enum class KeyHolder : std::uint8_t { tenant, administrator };

/// A key's text: prefix, 16 characters of id, 32 of secret, 7 of checksum.
class ApiKeyText {
 public:
  static constexpr std::size_t prefix_size = 4;
  static constexpr std::size_t id_size = 16;
  static constexpr std::size_t secret_size = 32;
  static constexpr std::size_t checksum_size = 7;
  static constexpr std::size_t size = prefix_size + id_size + secret_size + checksum_size;

  static ApiKeyText generate(KeyHolder holder);

  /// The id inside a text of the right form for this holder. Errors: `invalid_credential`.
  static Result<std::string_view> id_of(KeyHolder holder, std::string_view text);

  [[nodiscard]] std::string_view id() const noexcept {
    return text_.unsafe_text().substr(prefix_size, id_size);
  }
  [[nodiscard]] std::string_view unsafe_text() const noexcept { return text_.unsafe_text(); }
  [[nodiscard]] SecretBytes release() && noexcept { return std::move(text_); }

 private:
  explicit ApiKeyText(SecretBytes text) noexcept : text_{std::move(text)} {}

  SecretBytes text_;
};

static_assert(ApiKeyText::id_size == credential_id_size);

/// The id of a key, or a prefix of another text, for looking things up by.
CredentialId to_credential(std::string_view id) noexcept;

/// What is stored of a key: a keyed hash of its whole text.
Mac hash_api_key(const KeyRing& keys, std::string_view text);

/// Whether a text is the one behind the stored hash. An absent hash takes as long as a wrong one.
bool matches_api_key(const KeyRing& keys, std::string_view text, std::int64_t key_version,
                     std::span<const std::byte> stored);

}  // namespace tenancy::inline v0::detail
