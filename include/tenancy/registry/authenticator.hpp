#pragma once

#include <memory>
#include <string_view>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/tenant_registry.hpp"

namespace tenancy::inline v0 {

/// Turns a credential into the permission that it stands for, and can do nothing else: the part of
/// the authority that request handlers hold.
///
/// Isolation: the tenant comes from the stored key, never from what the caller claims.
/// Ownership: a handle; copies share the store.
/// Thread safety: thread-safe.
/// Errors: beside those named, each call gives the store's: `overloaded`, `busy`, `io_error`,
/// `deadline_exceeded`, `cancelled` …
class TENANCY_API Authenticator {
 public:
  // Moving copies, so that there is no authenticator without its store.
  Authenticator(const Authenticator&) noexcept = default;
  Authenticator& operator=(const Authenticator&) noexcept = default;
  ~Authenticator() = default;

  /// The same authenticator, each call of which is held to the options; so are those of the
  /// registries that it gives.
  [[nodiscard]] Authenticator with(const CallOptions& options) const {
    return Authenticator{core_, options};
  }

  /// Whether a text has the form of a key, a tenant's or an administrator's, with its checksum.
  /// Any other is an `invalid_credential` whatever the store holds. It looks at nothing but the
  /// text, so that a server may turn a request away before it reads the rest of it.
  [[nodiscard]] static bool is_well_formed(std::string_view key);

  /// A tenant's context for one of its keys.
  ///
  /// A key that proved right is answered from memory afterwards, without a look at the store. What
  /// counts is looked at by every transaction in its own snapshot, so that nothing is lost by it: a
  /// context of a tenant that another process has suspended, or of a key that it revoked, is
  /// refused there; after `stale_context`, authenticate again.
  ///
  /// Errors: `invalid_credential`, the same for malformed, unknown, expired and revoked keys, and
  /// for a wrong secret; `tenant_not_active` only once the key has proved right.
  Result<TenantContext> authenticate(std::string_view api_key) const;

  /// The registry for an administrator's key. Errors: `invalid_credential`, also for the keys of
  /// tenants.
  Result<TenantRegistry> authenticate_administrator(std::string_view key) const;

 private:
  friend class Authority;

  Authenticator(std::shared_ptr<detail::RegistryCore> core, CallOptions options) noexcept
      : core_{std::move(core)}, options_{std::move(options)} {}

  std::shared_ptr<detail::RegistryCore> core_;
  CallOptions options_;
};

}  // namespace tenancy::inline v0
