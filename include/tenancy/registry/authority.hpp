#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/crossing_audit_sink.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/impersonation_context.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/authenticator.hpp"
#include "tenancy/registry/health.hpp"
#include "tenancy/registry/maintenance.hpp"
#include "tenancy/registry/tenant_registry.hpp"
#include "tenancy/registry/tenant_visit.hpp"
#include "tenancy/storage/backup.hpp"
#include "tenancy/storage/store.hpp"

namespace tenancy::inline v0 {

namespace detail {
class AuthorityMint;
}

/// What somebody of the platform who acts within a tenant may do, and for how long.
struct ImpersonationRequest {
  Scope scope = Scope::read;
  std::chrono::seconds duration{3600};  ///< 1 second to 24 hours.
};

/// The root of all power over one opened store. Keep it where the program is put together, and
/// hand out what each part needs: a `Store`, an `Authenticator`, a `TenantRegistry`.
///
/// Ownership: move-only, made by `open`; using a moved-from one stops the process.
/// Thread safety: thread-safe.
/// Errors: beside those named, each call gives the store's: `overloaded`, `busy`, `io_error`,
/// `deadline_exceeded`, `cancelled` …
class TENANCY_API Authority {
 public:
  Authority(Authority&&) noexcept = default;
  Authority& operator=(Authority&&) noexcept = default;
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority() = default;

  [[nodiscard]] Store store() const;
  [[nodiscard]] Authenticator authenticator() const;
  /// The registry, for what the host does under that name.
  [[nodiscard]] TenantRegistry registry(const Principal& principal = Principal::host()) const;

  /// A context for work that the host does for a tenant without a credential: a job, a timer.
  /// Answered from memory once warm; every transaction looks for itself, as with
  /// `Authenticator::authenticate`.
  /// Errors: `not_found`; `tenant_not_active`; `invalid_argument` for a number that is no scope.
  Result<TenantContext> enter(TenantId tenant, const Principal& principal = Principal::host(),
                              Scope scope = Scope::write, const CallOptions& options = {}) const;

  /// The same for the tenant that an external identifier stands for: a message's instance, a chat.
  Result<TenantContext> enter(const TenantIdentifier& identifier,
                              const Principal& principal = Principal::host(),
                              Scope scope = Scope::write, const CallOptions& options = {}) const;

  /// A context for somebody of the platform who acts within a tenant, such as support, once a
  /// record of who and why has been committed. When it cannot be written, there is no context.
  /// Errors: `not_found`; `tenant_not_active`; `invalid_argument` for the scope or the duration.
  Result<ImpersonationContext> impersonate(TenantId tenant, const Principal& principal,
                                           const CrossingReason& reason,
                                           const ImpersonationRequest& request = {},
                                           const CallOptions& options = {}) const;

  /// The permission to work across tenants, once a record of who and why has been committed. When
  /// the record cannot be written, there is no permission.
  /// Errors: `crossing_not_recorded`, whatever kept the store or the host's sink from writing it;
  /// `nested_write` within a write of the same thread.
  Result<CrossTenantContext> cross_tenants(const Principal& principal, const CrossingReason& reason,
                                           const CallOptions& options = {}) const;

  /// Calls `visit` with a context for each tenant that is active now, once, in the order of their
  /// ids, after the use of the permission has been recorded. One that is no longer active when its
  /// turn comes, or whose status changes during its visit so that that fails with
  /// `tenant_not_active` or `stale_context`, is left out. Tenants that become active meanwhile are
  /// not visited.
  ///
  /// The visits are independent: where one fails, the others are made all the same, unless the
  /// options say otherwise, and the report tells of it. A call that is stopped, or whose deadline
  /// passes, begins no further visit; its report tells where to go on. What `visit` or the callback
  /// throws goes on to the caller once no visit is running any more.
  ///
  /// Thread safety: with `threads` above 1, `visit` is called on several threads at once, one of
  /// which is the caller's; otherwise on the caller's.
  /// Errors: before the first visit only: `foreign_context` for a permission of another store;
  /// `invalid_argument` for the options; `crossing_not_recorded`; the store's.
  /// Complexity: a number in memory for each tenant, and a look-up before each visit.
  Result<TenantVisitReport> for_each_tenant(
      const CrossTenantContext& crossing,
      detail::FunctionRef<Result<void>(const TenantContext&)> visit,
      const TenantVisitOptions& options = {}) const;

  /// Work on the whole store that needs no tenant.
  [[nodiscard]] Maintenance maintenance(const CrossTenantContext& crossing) const;
  [[nodiscard]] Maintenance maintenance(CrossTenantContext&&) const = delete;

  /// The store's records of what was done across tenants, those that were committed last first
  /// unless asked otherwise. Errors: `invalid_argument` for limits; `invalid_cursor`.
  Result<Page<CrossingRecord>> crossings(const PageRequest& request = {},
                                         const CallOptions& options = {}) const;

  /// A new administrator's key, named for people (1 to 100 bytes). Errors: `invalid_argument`.
  Result<IssuedAdministratorKey> issue_administrator_key(std::string_view name,
                                                         const CallOptions& options = {}) const;

  /// How many administrators' keys were ever issued.
  Result<std::int64_t> count_administrator_keys(const CallOptions& options = {}) const;

  /// How the store is, and what it stands on: whether it can be read and written, its schema, its
  /// keys, the disk, the write-ahead log and the clock; docs/health.md tells what to do about each
  /// finding. The report always comes: what cannot be looked at is a finding, too.
  ///
  /// Isolation: counts and settings, nothing of any tenant.
  [[nodiscard]] HealthReport health(const HealthOptions& options = {}) const;

  /// A copy of the whole store, all tenants, as it is at one moment, while others go on reading and
  /// writing. It is checked as by `verify_backup`, synced, and appears under its name whole or not
  /// at all, with mode 0600. Opened as a store, with the same keys, it is one. Of a store with a
  /// file per tenant it is a folder, in which each file is of one moment, and each of another
  /// (docs/silo.md).
  ///
  /// The keys are not in it. As long as the copy is written, its snapshot keeps what others write
  /// in the write-ahead log, which grows. Whatever stops it, a stop is noticed within milliseconds,
  /// but for the sync of the disk at the end, and nothing is left behind; a process that is killed
  /// leaves `TARGET.draft-XXXXXX`, which nobody needs.
  ///
  /// Units and shapes: the target's folder exists and has room for a second store; its filesystem
  /// knows hard links.
  /// Errors: `already_exists` when there is anything under the target's name, or a journal or log
  /// of that name; `storage_full`, `storage_read_only`, `cannot_open` for the folder;
  /// `corrupt_store` when the store or the copy is damaged; `cancelled`, `deadline_exceeded`;
  /// `invalid_argument` for a target that names no file; `busy`, `io_error`; `not_supported` on
  /// PostgreSQL.
  Result<BackupReport> backup(const std::filesystem::path& target,
                              const BackupOptions& options = {}) const;

 private:
  friend class detail::AuthorityMint;

  explicit Authority(std::shared_ptr<detail::RegistryCore> core) noexcept
      : core_{std::move(core)} {}

  [[nodiscard]] const std::shared_ptr<detail::RegistryCore>& core() const noexcept {
    TENANCY_ASSERT(core_ != nullptr, "use of an Authority after it was moved from");
    return core_;
  }

  std::shared_ptr<detail::RegistryCore> core_;
};

}  // namespace tenancy::inline v0
