#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/detail/realm.hpp"
#include "tenancy/storage/backup.hpp"
#include "tenancy/storage/detail/crossing_session.hpp"
#include "tenancy/storage/detail/scoped_query.hpp"
#include "tenancy/storage/detail/session.hpp"
#include "tenancy/storage/detail/unit.hpp"
#include "tenancy/storage/dialect.hpp"
#include "tenancy/storage/observer.hpp"
#include "tenancy/storage/store.hpp"
#include "tenancy/storage/vacuum_report.hpp"

#include "storage/forked_process.hpp"
#include "storage/scoped_schema.hpp"
#include "storage/store_status.hpp"

namespace tenancy::inline v0::detail {

/// Whose script it is; the host's does not touch the library's tables.
enum class ScriptOwner { library, host };

/// A transaction on the library's own tables, bound to no tenant. Only the rooms that keep such
/// tables use it; it never leaves `src/`.
class ControlSession {
 public:
  ControlSession(const ControlSession&) = delete;
  ControlSession& operator=(const ControlSession&) = delete;

  virtual Result<StatementLease> prepare(const StaticSql& sql) = 0;
  /// Gives each row of a query to `visit`; for what is asked once, of the catalogue for example,
  /// and not kept among the prepared statements.
  virtual Result<void> look_up(std::string_view sql, FunctionRef<void(const Statement&)> visit) = 0;
  /// Runs a script of several statements, for migrations, within `schema_change`.
  virtual Result<void> run_script(std::string_view sql, ScriptOwner owner) = 0;
  [[nodiscard]] virtual Timestamp now() const noexcept = 0;

  /// This transaction, which cannot write, has read from the control tables all that the gate asks
  /// of this context, and it holds: the gate may rely on it for as long as on what it found itself.
  virtual void admit(const TenantContext& context) = 0;

 protected:
  ControlSession() = default;
  ~ControlSession() = default;
};

/// What every kind of storage implements. The bodies return whether to commit.
///
/// Isolation: `read` and `write` refuse contexts of another realm, of too small a scope, and of
/// tenants that the gate does not admit in the transaction's own snapshot.
/// Thread safety: thread-safe.
class StoreBackend {
 public:
  using TenantBody = FunctionRef<bool(Session&)>;
  using ControlBody = FunctionRef<bool(ControlSession&)>;
  using CrossingBody = FunctionRef<bool(CrossingSession&)>;

  StoreBackend(const StoreBackend&) = delete;
  StoreBackend& operator=(const StoreBackend&) = delete;
  virtual ~StoreBackend() = default;

  virtual Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                            TenantBody body) = 0;
  virtual Result<void> write(UnitKind kind, const TenantContext& context,
                             const CallOptions& options, TenantBody body) = 0;
  /// The unit is completed whatever happens.
  virtual void async_write(const TenantContext& context, const CallOptions& options,
                           std::unique_ptr<AsyncUnit> unit) = 0;
  /// A query that the tenant wrote, in a snapshot of its own.
  virtual Result<void> scoped_query(const TenantContext& context, const CallOptions& options,
                                    const ScopedQuery& query, ScopedSink& sink) = 0;
  /// What such queries see.
  virtual Result<std::shared_ptr<const ScopedSchema>> scoped_schema(const TenantContext& context,
                                                                    const CallOptions& options) = 0;
  /// Has the use of the permission written down and then gives a view of all tenants' rows.
  /// Errors: `foreign_context`; `crossing_not_recorded`, before anything is read.
  virtual Result<void> crossing_read(const CrossTenantContext& crossing, CrossingUse use,
                                     std::string_view about, const CallOptions& options,
                                     CrossingBody body) = 0;
  virtual Result<void> control_read(const CallOptions& options, ControlBody body) = 0;
  virtual Result<void> control_write(const CallOptions& options, ControlBody body) = 0;
  /// Like `control_write`, for scripts: references are not enforced row by row, so that a table can
  /// be rebuilt without its children being deleted, but must all hold in the end.
  virtual Result<void> schema_change(const CallOptions& options, ControlBody body) = 0;

  /// A whole copy of one snapshot of everything, as `Authority::backup`.
  virtual Result<BackupReport> backup(const std::filesystem::path& target,
                                      const BackupOptions& options) = 0;

  // As `Maintenance` has them, without its permission.
  virtual Result<void> check_structure(const CallOptions& options) = 0;
  virtual Result<CheckpointReport> checkpoint(const CallOptions& options) = 0;
  virtual Result<VacuumReport> vacuum(const CallOptions& options) = 0;

  /// Whether this is the process that opened the store, and not one that was forked from it.
  [[nodiscard]] virtual bool in_same_process() const noexcept = 0;
  /// The store's own figures, without waiting for anybody. The options hold for what is read.
  /// Errors: `forked_process`.
  [[nodiscard]] virtual Result<StoreStatus> status(const CallOptions& options) = 0;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
  [[nodiscard]] virtual const Realm& realm() const noexcept = 0;
  [[nodiscard]] virtual const KeyRing& keys() const noexcept = 0;
  [[nodiscard]] virtual const Clock& clock() const noexcept = 0;

 protected:
  StoreBackend() = default;
};

/// Errors: `foreign_context`.
Result<void> require_own(const StoreBackend& backend, const CrossTenantContext& crossing);

/// Errors: `forked_process`.
inline Result<void> require_same_process(const StoreBackend& backend) {
  if (!backend.in_same_process()) {
    return forked_process_error();
  }
  return success();
}

/// `unit(ControlSession&)` in a transaction that cannot write.
template <class Unit>
auto control_read(StoreBackend& backend, const CallOptions& options, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return backend.control_read(options, body); },
                                  std::forward<Unit>(unit));
}

/// `unit(ControlSession&)` in a transaction that commits when it succeeds.
template <class Unit>
auto control_write(StoreBackend& backend, const CallOptions& options, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return backend.control_write(options, body); },
                                  std::forward<Unit>(unit));
}

/// `unit(ControlSession&)` in a transaction that may run scripts and commits when it succeeds.
template <class Unit>
auto schema_change(StoreBackend& backend, const CallOptions& options, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return backend.schema_change(options, body); },
                                  std::forward<Unit>(unit));
}

/// Makes handles of stores, for the room that opens them, and opens handles, for rooms whose calls
/// are no transactions of repositories.
class StoreAccess {
 public:
  /// Shared, since what runs on it may drop the last handle.
  static std::shared_ptr<StoreBackend> backend(const Store& store) noexcept {
    return store.backend_;
  }
  static Store make(std::shared_ptr<StoreBackend> backend) noexcept {
    return Store{std::move(backend)};
  }
};

}  // namespace tenancy::inline v0::detail
