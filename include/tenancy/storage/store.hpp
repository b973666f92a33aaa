#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/async_result.hpp"
#include "tenancy/storage/detail/async_unit.hpp"
#include "tenancy/storage/detail/crossing_session.hpp"
#include "tenancy/storage/detail/unit.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0 {

namespace detail {
class StoreBackend;
class StoreAccess;
struct CrossingStatements;
struct Statements;
}  // namespace detail

/// Where tenants' rows are kept. It gives out transactions against a context and no other way.
///
/// Isolation: a transaction sees the rows of its context's tenant only. It is refused when the
/// context comes from another store, or when the tenant is not active *in the transaction's own
/// snapshot* or has changed its status since the context was made.
/// Ownership: a handle; copies share the store, which closes when the last handle, the authority
/// and its derivatives are gone.
/// Thread safety: thread-safe.
class TENANCY_API Store {
 public:
  // Moving copies, so that there is no handle without its store.
  Store(const Store&) noexcept = default;
  Store& operator=(const Store&) noexcept = default;
  ~Store() = default;

  /// Runs `unit(ReadTransaction&)`, which returns some `Result<T>`, on one snapshot. What borrows
  /// the transaction, such as a repository, is no `T`: it would outlive what it works in.
  ///
  /// Errors: those of the unit; `foreign_context`, `tenant_not_active`, `stale_context`;
  /// `isolation_violation` when a row of another tenant came back, even if the unit ignored it;
  /// `overloaded` when no connection got free in time; `deadline_exceeded`, `cancelled`;
  /// `snapshot_too_old` when the unit takes longer than a read may; `busy`, `io_error`,
  /// `cannot_open`, `corrupt_store`; on PostgreSQL `unreachable` when the server is not there, and
  /// `transaction_lost` when the connection to it was lost; `forked_process`.
  template <class Unit>
  auto read(const TenantContext& context, const CallOptions& options, Unit&& unit) const
      -> std::invoke_result_t<Unit&, ReadTransaction&> {
    return detail::run_unit<ReadTransaction>(
        [&](auto& body) {
          return run_read(detail::UnitKind::any, context, options,
                          [&body](detail::Session& session) {
                            ReadTransaction transaction{session};
                            return body(transaction);
                          });
        },
        std::forward<Unit>(unit));
  }
  template <class Unit>
  auto read(const TenantContext& context, Unit&& unit) const
      -> std::invoke_result_t<Unit&, ReadTransaction&> {
    return read(context, CallOptions{}, std::forward<Unit>(unit));
  }

  /// Runs `unit(WriteTransaction&)`, which returns some `Result<T>`, and commits when it succeeds.
  /// On success everything the unit did is on disk; on failure nothing is. An exception that leaves
  /// the unit rolls back and goes on to the caller.
  ///
  /// The unit runs on the calling thread. It may be run more than once, so its only effects are in
  /// the database. Prepare data before it, and wait for nothing in it: on SQLite it holds up every
  /// other write to the same file; on PostgreSQL writes run side by side, and of two that meet one
  /// is run again. On SQLite writes that wait at the same time are committed together; each stands
  /// or falls alone.
  ///
  /// Errors: as `read`; `access_denied` for a context that may only read; `nested_write` inside
  /// another write of the same thread; `overloaded` when too many writes of the tenant wait, or
  /// its turn did not come in time; `hold_budget_exceeded` when the unit takes longer than a write
  /// may; `transaction_lost` also when the database rolled back by itself; `storage_full`,
  /// `storage_read_only`; `commit_unknown` when it cannot be told whether the commit reached the
  /// disk.
  template <class Unit>
  auto write(const TenantContext& context, const CallOptions& options, Unit&& unit) const
      -> std::invoke_result_t<Unit&, WriteTransaction&> {
    return detail::run_unit<WriteTransaction>(
        [&](auto& body) {
          return run_write(detail::UnitKind::any, context, options,
                           [&body](detail::Session& session) {
                             WriteTransaction transaction{session};
                             return body(transaction);
                           });
        },
        std::forward<Unit>(unit));
  }
  template <class Unit>
  auto write(const TenantContext& context, Unit&& unit) const
      -> std::invoke_result_t<Unit&, WriteTransaction&> {
    return write(context, CallOptions{}, std::forward<Unit>(unit));
  }

  /// As `write`, without waiting: returns at once and calls `completion(AsyncResult<T>)` when the
  /// outcome is final. The completion is called exactly once, never from within `async_write`, on
  /// a thread of the store's or of another writer: it hands the result on, to an executor for
  /// example, and does not throw, block or write. The unit runs on such a thread too. On SQLite
  /// those of one tenant run in their order; on PostgreSQL up to four run at once. A store with a
  /// file per tenant opens the tenant's file, unless it is open, before this returns.
  ///
  /// Ownership: unit and completion are moved in; the store stays open until they are gone.
  /// Errors: as `write`, all through the completion. Where the process can start no further thread
  /// it throws `std::system_error` and has taken nothing on. A caller that is refused a thousand
  /// times faster than it is told so waits; hold no lock that a completion takes.
  template <class Unit, class Completion>
  void async_write(const TenantContext& context, const CallOptions& options, Unit unit,
                   Completion completion) const {
    using UnitResult = std::invoke_result_t<Unit&, WriteTransaction&>;
    detail::check_unit_result<UnitResult>();
    using Value = typename UnitResult::value_type;
    static_assert(std::is_invocable_v<Completion, AsyncResult<Value>>,
                  "a completion takes the AsyncResult of what the unit returns");
    const auto open = [](detail::Session& session, auto&& body) {
      WriteTransaction transaction{session};
      body(transaction);
    };
    run_async_write(
        context, options,
        std::make_unique<detail::TypedAsyncUnit<Value, Unit, Completion, decltype(open)>>(
            std::move(unit), std::move(completion), open));
  }
  template <class Unit, class Completion>
  void async_write(const TenantContext& context, Unit unit, Completion completion) const {
    async_write(context, CallOptions{}, std::move(unit), std::move(completion));
  }

 private:
  friend class detail::StoreAccess;
  friend struct detail::Statements;
  friend struct detail::CrossingStatements;

  explicit Store(std::shared_ptr<detail::StoreBackend> backend) noexcept
      : backend_{std::move(backend)} {}

  Result<void> run_read(detail::UnitKind kind, const TenantContext& context,
                        const CallOptions& options,
                        detail::FunctionRef<bool(detail::Session&)> body) const;
  Result<void> run_write(detail::UnitKind kind, const TenantContext& context,
                         const CallOptions& options,
                         detail::FunctionRef<bool(detail::Session&)> body) const;
  void run_async_write(const TenantContext& context, const CallOptions& options,
                       std::unique_ptr<detail::AsyncUnit> unit) const;
  Result<void> run_crossing(const CrossTenantContext& crossing, CrossingUse use,
                            std::string_view table, const CallOptions& options,
                            detail::FunctionRef<bool(detail::CrossingSession&)> body) const;

  std::shared_ptr<detail::StoreBackend> backend_;
};

namespace detail {

/// Transactions of the library's own statements, with no code of the host but codecs, and what is
/// given the rows. A write of one statement may run on another thread that writes at the same time,
/// which spares a switch of threads.
struct Statements {
  using Body = FunctionRef<bool(Session&)>;

  static Result<void> read(UnitKind kind, const Store& store, const TenantContext& context,
                           const CallOptions& options, Body body) {
    return store.run_read(kind, context, options, body);
  }
  static Result<void> write(UnitKind kind, const Store& store, const TenantContext& context,
                            const CallOptions& options, Body body) {
    return store.run_write(kind, context, options, body);
  }
};

/// Reads over all tenants' rows of a table, each of which is written down first.
struct CrossingStatements {
  /// Errors: `foreign_context`; `crossing_not_recorded`, and then nothing was read.
  static Result<void> read(const Store& store, const CrossTenantContext& crossing, CrossingUse use,
                           std::string_view table, const CallOptions& options,
                           FunctionRef<bool(CrossingSession&)> body) {
    return store.run_crossing(crossing, use, table, options, body);
  }
};

}  // namespace detail

}  // namespace tenancy::inline v0
