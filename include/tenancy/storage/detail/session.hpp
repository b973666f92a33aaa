#pragma once

#include <cstdint>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/detail/statement.hpp"
#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0::detail {

/// One open transaction of one tenant on one connection: what repositories are made of.
///
/// Isolation: parameter 1 of every statement is the tenant, bound here and never by the caller; a
/// text without it is refused. Hosts do not use this class.
/// Thread safety: confined to the thread that runs the transaction.
class TENANCY_API Session {
 public:
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const TenantContext& context() const noexcept { return context_; }
  [[nodiscard]] std::int64_t tenant_value() const noexcept { return tenant_value_; }

  /// The statement for a text, ready with its tenant bound.
  virtual Result<StatementLease> prepare(const StaticSql& sql) = 0;
  virtual Result<StatementLease> prepare(const ShapedSql& sql) = 0;

  /// Runs several statements that are kept as a whole or not at all, whatever the transaction does
  /// with the failure of one, or with an exception. Only in a transaction that writes.
  virtual Result<void> all_or_nothing(FunctionRef<Result<void>()> body) = 0;

  /// Runs statements of the library that reach the tables of quotas, which no other statement of a
  /// tenant's transaction does.
  virtual Result<void> with_quota_tables(FunctionRef<Result<void>()> body) = 0;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
  [[nodiscard]] virtual Timestamp now() const noexcept = 0;
  [[nodiscard]] virtual const KeyRing& keys() const noexcept = 0;

  /// Called when a row of another tenant came back: poisons the transaction, which can then only
  /// be rolled back, and its connection, which is closed; raises the alarm.
  virtual Error report_foreign_row(const Statement& statement) = 0;

 protected:
  explicit Session(const TenantContext& context) noexcept
      : context_{context}, tenant_value_{context.tenant().value()} {}
  ~Session() = default;

 private:
  // By value: the caller may assign to its own while the transaction runs.
  const TenantContext context_;
  std::int64_t tenant_value_;
};

}  // namespace tenancy::inline v0::detail
