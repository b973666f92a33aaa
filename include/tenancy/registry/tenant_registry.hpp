#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/registry/api_key.hpp"
#include "tenancy/registry/tenant.hpp"
#include "tenancy/registry/tenant_identifier.hpp"
#include "tenancy/registry/tenant_sort.hpp"

namespace tenancy::inline v0 {

namespace detail {
class RegistryCore;
}
class Authority;
class Authenticator;

/// What a new tenant is to be, as it comes from outside; `create` checks it. See `Tenant`.
struct NewTenant {
  std::string slug;
  std::string name;
  TenantStatus status = TenantStatus::active;  ///< Or `provisioning`.
  std::string plan = {};
  std::string template_version = {};
  std::map<std::string, std::string> workflow_ids = {};
  std::string metadata = "{}";
  std::vector<TenantIdentifier> identifiers = {};
};

/// What is to change of a tenant; what is empty stays as it is.
struct TenantChange {
  std::optional<std::string> name = {};
  std::optional<std::string> plan = {};
  std::optional<std::string> template_version = {};
  std::optional<std::map<std::string, std::string>> workflow_ids = {};  ///< All of them.
  std::optional<std::string> metadata = {};                             ///< All of it.
};

/// Which tenants a list shows: those that fit everything that is given.
struct TenantFilter {
  static constexpr std::size_t max_search_length = 200;

  std::optional<TenantStatus> status = {};
  std::optional<std::string> plan = {};
  std::optional<std::string> template_version = {};
  /// A part of the slug or of the name; 1 to 200 bytes. Letters of ASCII fit in either case.
  std::optional<std::string> search = {};
  std::optional<Timestamp> created_from = {};    ///< Then or later.
  std::optional<Timestamp> created_before = {};  ///< Earlier than then.
};

/// Creates tenants, finds them, changes them and issues their keys. Holding one *is* the permission
/// to administer all tenants: it comes from the authority or for an administrator's key, and it
/// opens none of the tenants' rows.
///
/// Changes take the version that the caller has seen, if it is to matter: when the tenant has
/// changed since, nothing is done and the answer is `version_conflict`.
///
/// Ownership: a handle; copies share the store.
/// Thread safety: thread-safe.
/// Errors: beside those named, each call gives the store's: `overloaded`, `busy`, `io_error`,
/// `deadline_exceeded`, `cancelled` …
class TENANCY_API TenantRegistry {
 public:
  // Moving copies, so that there is no registry without its store.
  TenantRegistry(const TenantRegistry&) = default;
  TenantRegistry& operator=(const TenantRegistry&) = default;
  ~TenantRegistry() = default;

  /// Who administers.
  [[nodiscard]] const Principal& principal() const noexcept { return principal_; }

  /// The same registry, each call of which is held to the options.
  [[nodiscard]] TenantRegistry with(const CallOptions& options) const {
    return TenantRegistry{core_, principal_, options};
  }

  /// Creates a tenant with a fresh id, and its identifiers with it.
  /// Errors: `invalid_slug`; `invalid_argument` for what breaks a rule of `Tenant`;
  /// `already_exists` when the slug was ever given out, or an identifier is taken.
  Result<Tenant> create(const NewTenant& tenant) const;

  /// Errors: `not_found`.
  Result<Tenant> find(TenantId id) const;
  Result<Tenant> find(const Slug& slug) const;
  /// The tenant that an external identifier stands for, whatever its status.
  Result<Tenant> find(const TenantIdentifier& identifier) const;

  /// Tenants in that order, or by the time of their creation as `PageRequest::order` says: in
  /// numbered pages with totals, or by cursors both ways, which stay right when tenants come and
  /// are worth nothing in a list with another filter or order. Errors: `invalid_argument`;
  /// `invalid_cursor`. Complexity: by `created_at` and by `slug` a page behind a cursor reads the
  /// tenants that it passes; by the others, all that fit the filter.
  Result<Page<Tenant>> list(const PageRequest& request = {}, const TenantFilter& filter = {},
                            std::optional<TenantSort> sort = {}) const;

  /// Errors: `not_found`; `invalid_argument` for what breaks a rule of `Tenant`;
  /// `version_conflict`; `invalid_transition` for a tenant that is archived.
  Result<Tenant> update(TenantId id, const TenantChange& change,
                        std::optional<std::int64_t> version = {}) const;
  Result<Tenant> rename(TenantId id, std::string name,
                        std::optional<std::int64_t> version = {}) const;

  /// Changes the status, and with it who is let in: from the next transaction on, in every process.
  /// A tenant that has the status already stays as it is.
  /// Errors: `not_found`; `invalid_transition`, see `may_become`; `version_conflict`.
  Result<Tenant> activate(TenantId id, std::optional<std::int64_t> version = {}) const;
  Result<Tenant> deactivate(TenantId id, std::optional<std::int64_t> version = {}) const;
  Result<Tenant> suspend(TenantId id, std::optional<std::int64_t> version = {}) const;
  /// For good: no archived tenant comes back, and nobody gets its id or slug. Its rows stay; its
  /// identifiers stay taken until they are removed.
  Result<Tenant> archive(TenantId id, std::optional<std::int64_t> version = {}) const;

  /// A tenant's identifiers, by kind and value; at most 100. Errors: `not_found`.
  Result<std::vector<TenantIdentifier>> identifiers(TenantId id) const;
  /// Errors: `not_found`; `already_exists` when it is another tenant's; `invalid_argument` for
  /// the 101st; `invalid_transition` for a tenant that is archived. Repeating it changes nothing.
  Result<Tenant> add_identifier(TenantId id, const TenantIdentifier& identifier) const;
  /// Errors: `not_found`, also for another tenant's identifier.
  Result<Tenant> remove_identifier(TenantId id, const TenantIdentifier& identifier) const;

  /// Makes a key for a tenant of any status but archived; it works while the tenant is active. A
  /// tenant has at most 1,000 keys: for the 1,001st, that which was revoked or expired first is
  /// forgotten. Errors: `not_found`; `invalid_argument` for the name, the scope, an expiry in the
  /// past, and when all 1,000 are valid; `invalid_transition` for a tenant that is archived.
  Result<IssuedApiKey> issue_key(TenantId tenant, const ApiKeyRequest& request) const;

  /// A tenant's keys by the time at which they were issued, as `PageRequest::order` says, revoked
  /// and expired ones too unless a status is asked for: in numbered pages with totals, or by
  /// cursors both ways, which stay right when keys come and go.
  /// Isolation: a cursor is worth nothing in another tenant's list, or with another status or
  /// order. Errors: `not_found`; `invalid_argument`; `invalid_cursor`. Complexity: a page behind a
  /// cursor reads the keys that it passes.
  Result<Page<ApiKey>> keys(TenantId tenant, const PageRequest& request = {},
                            std::optional<ApiKeyStatus> status = {}) const;

  /// Changes when that tenant's key expires: never, when empty; at once, when not in the future.
  /// Contexts that were made with it before are void from the next transaction on, in every
  /// process: while the key is good, authenticating again gives one with the new expiry. Errors:
  /// `not_found`, also for another tenant's key; `invalid_transition` for a revoked one.
  Result<ApiKey> expire_key(TenantId tenant, std::string_view key_id,
                            std::optional<Timestamp> expires_at) const;

  /// Makes a key of that tenant useless, and the contexts that were made with it, from the next
  /// transaction on, in every process; repeating it changes nothing.
  /// Errors: `not_found`, also for another tenant's key.
  Result<ApiKey> revoke_key(TenantId tenant, std::string_view key_id) const;

 private:
  friend class Authority;
  friend class Authenticator;

  TenantRegistry(std::shared_ptr<detail::RegistryCore> core, const Principal& principal,
                 CallOptions options)
      : core_{std::move(core)}, principal_{principal}, options_{std::move(options)} {}

  Result<Tenant> change_status(TenantId id, TenantStatus to,
                               std::optional<std::int64_t> version) const;

  std::shared_ptr<detail::RegistryCore> core_;
  Principal principal_;
  CallOptions options_;
};

}  // namespace tenancy::inline v0
