#pragma once

#include <compare>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// A name that another system has for a tenant: the instance that a message came through, a chat, a
/// domain, a space. Within a kind each belongs to one tenant at most.
///
/// Units and shapes: a kind is 1 to 32 of `a`–`z`, `0`–`9` and `_`, beginning with a letter. Kinds
/// that the library knows have a form of their own:
///
/// | kind            | form                                                          |
/// |-----------------|---------------------------------------------------------------|
/// | `instance`      | 1 to 100 of letters, digits, `.`, `_` and `-` of ASCII        |
/// | `telegram_chat` | a number of 64 bits, negative for groups, in its usual spelling |
/// | `domain`        | a host name of at least two labels; its case is folded        |
/// | `space`         | 1 to 100 of letters, digits, `.`, `_` and `-` of ASCII        |
///
/// Of any other kind it is 1 to 200 bytes of UTF-8 without control characters and without blanks at
/// its ends. Apart from domains, two spellings are two identifiers.
/// Thread safety: immutable.
/// Source: RFC 1123 §2.1 for host names.
class TENANCY_API TenantIdentifier {
 public:
  static constexpr std::size_t max_kind_length = 32;
  static constexpr std::size_t max_value_length = 200;

  // Moving copies, so that an identifier is never empty.
  TenantIdentifier(const TenantIdentifier&) = default;
  TenantIdentifier& operator=(const TenantIdentifier&) = default;
  ~TenantIdentifier() = default;

  /// Errors: `invalid_identifier`, with the rule that was broken.
  static Result<TenantIdentifier> parse(std::string_view kind, std::string_view value);

  [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& value() const noexcept { return value_; }

  /// `domain:acme.example`.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const TenantIdentifier&, const TenantIdentifier&) noexcept = default;

 private:
  TenantIdentifier(std::string kind, std::string value) noexcept
      : kind_{std::move(kind)}, value_{std::move(value)} {}

  std::string kind_;
  std::string value_;
};

TENANCY_API std::ostream& operator<<(std::ostream& out, const TenantIdentifier& identifier);

}  // namespace tenancy::inline v0
