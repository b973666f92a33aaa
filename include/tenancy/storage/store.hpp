#pragma once

#include <memory>
#include <utility>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/detail/unit.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0 {

namespace detail {
class StoreBackend;
class StoreAccess;
}  // namespace detail

/// Where tenants' rows are kept. It gives out transactions against a context and no other way.
///
/// Isolation: a transaction sees the rows of its context's tenant only. It is refused when the
/// context comes from another store, or when the tenant is not active *in the transaction's own
/// snapshot* or has changed its status since the context was made.
/// Ownership: a handle; copies share the store, which closes when the last handle, the authority
/// and its derivatives are gone.
/// Thread safety: thread-safe.
class Store {
 public:
  // Moving copies, so that there is no handle without its store.
  Store(const Store&) noexcept = default;
  Store& operator=(const Store&) noexcept = default;
  ~Store() = default;

  /// Runs `unit(ReadTransaction&)`, which returns some `Result<T>`, on one snapshot.
  ///
  /// Errors: those of the unit; `foreign_context`, `tenant_not_active`; `isolation_violation` when
  /// a row of another tenant came back, even if the unit ignored it; `overloaded` when no
  /// connection got free in time; `busy`, `io_error`, `cannot_open`, `corrupt_store`.
  template <class Unit>
  auto read(const TenantContext& context, Unit&& unit) const
      -> std::invoke_result_t<Unit&, ReadTransaction&> {
    return detail::run_unit<ReadTransaction>(
        [&](auto& body) {
          return run_read(context, [&body](detail::Session& session) {
            ReadTransaction transaction{session};
            return body(transaction);
          });
        },
        std::forward<Unit>(unit));
  }

  /// Runs `unit(WriteTransaction&)`, which returns some `Result<T>`, and commits when it succeeds.
  /// On success everything the unit did is on disk; on failure nothing is. An exception that leaves
  /// the unit rolls back and goes on to the caller. The unit may be run more than once, so its only
  /// effects are in the database.
  ///
  /// Errors: as `read`; `access_denied` for a context that may only read; `nested_write` inside
  /// another write of the same thread; `transaction_lost` when the database rolled back by itself;
  /// `storage_full`, `storage_read_only`; `commit_unknown` when it cannot be told whether the
  /// commit reached the disk.
  template <class Unit>
  auto write(const TenantContext& context, Unit&& unit) const
      -> std::invoke_result_t<Unit&, WriteTransaction&> {
    return detail::run_unit<WriteTransaction>(
        [&](auto& body) {
          return run_write(context, [&body](detail::Session& session) {
            WriteTransaction transaction{session};
            return body(transaction);
          });
        },
        std::forward<Unit>(unit));
  }

 private:
  friend class detail::StoreAccess;

  explicit Store(std::shared_ptr<detail::StoreBackend> backend) noexcept
      : backend_{std::move(backend)} {}

  Result<void> run_read(const TenantContext& context,
                        detail::FunctionRef<bool(detail::Session&)> body) const;
  Result<void> run_write(const TenantContext& context,
                         detail::FunctionRef<bool(detail::Session&)> body) const;

  std::shared_ptr<detail::StoreBackend> backend_;
};

}  // namespace tenancy::inline v0
