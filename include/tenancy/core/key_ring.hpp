#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// What a key of the ring is used for. Each purpose has a key of its own, derived from the ring's,
/// so that what was made for one purpose is never accepted for another.
enum class KeyPurpose : std::uint8_t {
  api_key,    ///< Hashes of API keys.
  cursor,     ///< Cursors of paged lists.
  key_check,  ///< What a store keeps to know its keys again.
};

/// A keyed hash and the version of the ring's key that made it.
struct Mac {
  static constexpr std::size_t tag_size = 32;

  std::uint32_t key_version;
  std::array<std::byte, tag_size> tag;
};

/// The application's own secret keys, in versions: new things are made with the newest, older
/// ones stay checkable until their version is taken out.
///
/// They live outside the database, so that a stolen database alone cannot be used to forge a
/// cursor or to test guesses of API keys.
///
/// Units and shapes: as text, entries `VERSION:HEX` (a positive 32-bit number, 64 hexadecimal
/// digits) separated by blanks or newlines; `#` begins a comment that ends with the line.
/// Ownership: copies share one immutable, wiped-at-the-end state.
/// Thread safety: immutable.
/// Source: BLAKE2b (RFC 7693) as keyed hash and for derivation, by libsodium.
class TENANCY_API KeyRing {
 public:
  // Moving copies, so that no ring is ever without its keys.
  KeyRing(const KeyRing&) noexcept = default;
  KeyRing& operator=(const KeyRing&) noexcept = default;
  ~KeyRing() = default;

  /// Keys for this process only, never written anywhere: what they made is void when it ends.
  static KeyRing ephemeral();

  /// Reads the file, or creates it with one fresh key when there is none. Processes that do so at
  /// the same time all get the same key.
  /// Errors: `key_ring_unavailable` when it cannot be read or created; `invalid_key_ring` when it
  /// is malformed, is not a regular file (links are not followed), belongs to another user, or can
  /// be read by others.
  static Result<KeyRing> open(const std::filesystem::path& file);

  /// Reads the environment variable of that name. Errors: as `open`.
  static Result<KeyRing> from_environment(const std::string& variable);

  /// Errors: `invalid_key_ring`, with the place and never with the text.
  static Result<KeyRing> parse(std::string_view text);

  /// Adds a fresh newest key to the file and returns the ring with it. Other processes use it
  /// after they have opened the file again. Errors: as `open`.
  static Result<KeyRing> rotate(const std::filesystem::path& file);

  /// The version that new things are made with.
  [[nodiscard]] std::uint32_t newest_version() const noexcept;
  /// All versions, oldest first.
  [[nodiscard]] std::vector<std::uint32_t> versions() const;

  /// A keyed hash of the message by the newest key.
  [[nodiscard]] Mac authenticate(KeyPurpose purpose, std::span<const std::byte> message) const;

  /// A keyed hash of the message by the key of each version, oldest first.
  [[nodiscard]] std::vector<Mac> authenticate_by_each(KeyPurpose purpose,
                                                      std::span<const std::byte> message) const;

  /// Whether the ring made this hash of this message for this purpose. False when the version is
  /// not in the ring. Takes the same time for every wrong tag.
  [[nodiscard]] bool verify(KeyPurpose purpose, std::span<const std::byte> message,
                            const Mac& mac) const;

 private:
  struct State;
  explicit KeyRing(std::shared_ptr<const State> state) noexcept : state_{std::move(state)} {}

  std::shared_ptr<const State> state_;
};

}  // namespace tenancy::inline v0
