#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/scope.hpp"
#include "tenancy/core/secret_bytes.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// What a key is worth. One that was revoked is that, whether it has expired or not.
enum class ApiKeyStatus : std::uint8_t { active, expired, revoked };

TENANCY_API std::string_view to_string(ApiKeyStatus status) noexcept;
/// Errors: `invalid_argument`.
TENANCY_API Result<ApiKeyStatus> parse_api_key_status(std::string_view text);

/// A tenant's credential for programs, as far as it may be shown: the secret is kept nowhere, only
/// a keyed hash of it.
struct ApiKey {
  std::string id;  ///< The public part; stands in the key's text and in records.
  TenantId tenant;
  std::string name;  ///< For people; 1 to 100 bytes of UTF-8 without control characters.
  Scope scope;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  /// About when it last proved right; see `RegistryOptions::key_use_precision`.
  std::optional<Timestamp> last_used_at;

  [[nodiscard]] TENANCY_API ApiKeyStatus status(Timestamp now) const noexcept;
};

/// What a new key is to be.
struct ApiKeyRequest {
  std::string name;
  Scope scope = Scope::write;
  std::optional<Timestamp> expires_at = {};  ///< Never, when empty.
};

/// A key just made, with its text: show it once and forget it.
///
/// Units and shapes: `tnk_` (a tenant's) or `tna_` (an administrator's), 16 characters of id, 32 of
/// secret (160 random bits) and 7 of checksum, all lower-case base 32. The fixed prefix and the
/// checksum let secret scanners tell a leaked key from noise without asking anyone.
struct IssuedApiKey {
  ApiKey key;
  SecretBytes text;
};

/// A platform operator's credential just made.
struct IssuedAdministratorKey {
  std::string id;
  SecretBytes text;
};

}  // namespace tenancy::inline v0
