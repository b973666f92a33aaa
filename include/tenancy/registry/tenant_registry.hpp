#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/registry/api_key.hpp"
#include "tenancy/registry/tenant.hpp"

namespace tenancy::inline v0 {

namespace detail {
class StoreBackend;
}
class Authority;
class Authenticator;

/// What a new tenant is to be, as it comes from outside; `create` checks it.
struct NewTenant {
  std::string slug;  ///< See `Slug`.
  std::string name;  ///< See `Tenant::name`.
};

/// Creates tenants, finds them, changes their status and issues their keys. Holding one *is* the
/// permission to administer all tenants: it comes from the authority or for an administrator's
/// key, and it opens none of the tenants' rows.
///
/// Ownership: a handle; copies share the store.
/// Thread safety: thread-safe.
/// Errors: beside those named, each call gives the store's: `overloaded`, `busy`, `io_error`,
/// `deadline_exceeded`, `cancelled` …
class TenantRegistry {
 public:
  // Moving copies, so that there is no registry without its store.
  TenantRegistry(const TenantRegistry&) = default;
  TenantRegistry& operator=(const TenantRegistry&) = default;
  ~TenantRegistry() = default;

  /// Who administers.
  [[nodiscard]] const Principal& principal() const noexcept { return principal_; }

  /// The same registry, each call of which is held to the options.
  [[nodiscard]] TenantRegistry with(const CallOptions& options) const {
    return TenantRegistry{backend_, principal_, options};
  }

  /// Creates an active tenant with a fresh id.
  /// Errors: `invalid_slug`; `invalid_argument` for the name; `already_exists` when the slug was
  /// ever given out.
  Result<Tenant> create(const NewTenant& tenant) const;

  /// Errors: `not_found`.
  Result<Tenant> find(TenantId id) const;
  Result<Tenant> find(const Slug& slug) const;

  /// All tenants by the time of their creation, newest first unless asked otherwise; in numbered
  /// pages, without cursors.
  /// Errors: `invalid_argument`.
  Result<Page<Tenant>> list(const PageRequest& request) const;

  /// Lets a tenant in again, or shuts it out from the next transaction on, in every process.
  /// Repeating either changes nothing.
  /// Errors: `not_found`; `invalid_argument` for a tenant that is archived.
  Result<Tenant> activate(TenantId id) const;
  Result<Tenant> suspend(TenantId id) const;

  /// Makes a key for a tenant of any status; it works while the tenant is active.
  /// Errors: `not_found`; `invalid_argument` for the name, the scope or an expiry in the past.
  Result<IssuedApiKey> issue_key(TenantId tenant, const ApiKeyRequest& request) const;

  /// A tenant's keys, newest first, revoked and expired ones too. Errors: `not_found`.
  Result<std::vector<ApiKey>> keys(TenantId tenant) const;

  /// Makes a key of that tenant useless at once; repeating it changes nothing.
  /// Errors: `not_found`, also for another tenant's key.
  Result<ApiKey> revoke_key(TenantId tenant, std::string_view key_id) const;

 private:
  friend class Authority;
  friend class Authenticator;

  TenantRegistry(std::shared_ptr<detail::StoreBackend> backend, const Principal& principal,
                 CallOptions options)
      : backend_{std::move(backend)}, principal_{principal}, options_{std::move(options)} {}

  Result<Tenant> change_status(TenantId id, TenantStatus to) const;

  std::shared_ptr<detail::StoreBackend> backend_;
  Principal principal_;
  CallOptions options_;
};

}  // namespace tenancy::inline v0
