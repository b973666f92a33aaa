#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/clock.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/detail/realm.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/backup.hpp"
#include "tenancy/storage/detail/async_unit.hpp"
#include "tenancy/storage/detail/control_session.hpp"
#include "tenancy/storage/detail/crossing_session.hpp"
#include "tenancy/storage/detail/scoped_query.hpp"
#include "tenancy/storage/detail/scoped_schema.hpp"
#include "tenancy/storage/detail/session.hpp"
#include "tenancy/storage/detail/store_status.hpp"
#include "tenancy/storage/detail/unit.hpp"
#include "tenancy/storage/dialect.hpp"
#include "tenancy/storage/observer.hpp"
#include "tenancy/storage/vacuum_report.hpp"

namespace tenancy::inline v0::detail {

/// What every kind of storage implements. The bodies return whether to commit; one that a
/// transaction succeeds without has run. docs/backends.md tells what each function promises.
///
/// Isolation: `read`, `write` and `async_write` refuse contexts of another realm, of too small a
/// scope, and of tenants that the gate does not admit in the transaction's own snapshot. The
/// functions that take no context know no tenants: only the library calls them.
/// Thread safety: thread-safe.
class TENANCY_API StoreBackend {
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
  /// A view of all tenants' rows of a table. The library has looked at the permission and has had
  /// its use written down.
  virtual Result<void> crossing_read(std::string_view table, const CallOptions& options,
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

  /// Called once the schema is up to date and before anybody else uses the store: finishes what a
  /// process that was killed left half done.
  virtual Result<void> begin_serving(const CallOptions& /*options*/) { return success(); }
  /// Gives each database that the store is made of, with its schema up to date: the store itself,
  /// unless it is made of several. One that fails does not keep the others from being visited; in
  /// the end that is told of the first, with how many there were.
  virtual Result<void> visit_files(const CallOptions& /*options*/,
                                   FunctionRef<Result<void>(StoreBackend&)> visit) {
    return visit(*this);
  }

  /// Whether this is the process that opened the store, and not one that was forked from it.
  [[nodiscard]] virtual bool in_same_process() const noexcept = 0;
  /// The store's own figures, without waiting for anybody. The options hold for what is read.
  /// Errors: `forked_process`.
  [[nodiscard]] virtual Result<StoreStatus> status(const CallOptions& options) = 0;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
  /// Made by `Realm::create` when the store was opened, and the same for as long as it is open.
  [[nodiscard]] virtual const Realm& realm() const noexcept = 0;
  [[nodiscard]] virtual const KeyRing& keys() const noexcept = 0;
  [[nodiscard]] virtual const Clock& clock() const noexcept = 0;

 protected:
  StoreBackend() = default;
};

}  // namespace tenancy::inline v0::detail
