#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>

#include "tenancy/core/export.hpp"

namespace tenancy::inline v0 {

/// Bytes that must not be seen: a key, a token, a password.
///
/// The memory is wiped before it is freed. There is no way to print, format, compare with `==`,
/// iterate or copy one by accident; the two functions that show its content start with `unsafe_`,
/// so that every place which handles a secret in the clear can be found by searching.
///
/// Ownership: owns its memory; moves leave the source empty. `clone` copies on purpose.
/// Thread safety: thread-compatible.
class TENANCY_API SecretBytes {
 public:
  /// Empty.
  SecretBytes() noexcept = default;
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  /// Copies; the caller still has to get rid of the original.
  static SecretBytes copy_of(std::span<const std::byte> bytes);
  static SecretBytes copy_of(std::string_view text);
  /// From the operating system's generator.
  static SecretBytes random(std::size_t size);

  [[nodiscard]] SecretBytes clone() const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Takes the same time wherever two secrets of one length differ; the length is not hidden.
  [[nodiscard]] bool equals(const SecretBytes& other) const noexcept;

  /// The content, valid until this object changes or dies. Do not copy it anywhere that is not
  /// wiped, and never into a log.
  [[nodiscard]] std::span<const std::byte> unsafe_bytes() const noexcept;
  [[nodiscard]] std::string_view unsafe_text() const noexcept;

 private:
  explicit SecretBytes(std::size_t size);

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

/// Printing a secret does not compile.
std::ostream& operator<<(std::ostream& out, const SecretBytes& secret) = delete;

}  // namespace tenancy::inline v0
