#pragma once

#include "storage/backend.hpp"
#include "storage/postgres/transaction.hpp"
#include "storage/session_context.hpp"

namespace tenancy::inline v0::detail::postgres {

/// A tenant's transaction.
class TenantSession final : public Session {
 public:
  TenantSession(const SessionContext& store, Connection& connection, Transaction& transaction,
                const TenantContext& context) noexcept
      : Session{context}, store_{store}, connection_{connection}, transaction_{transaction} {}

  Result<StatementLease> prepare(const StaticSql& sql) override { return prepare_any(sql); }
  Result<StatementLease> prepare(const ShapedSql& sql) override { return prepare_any(sql); }
  Result<void> all_or_nothing(FunctionRef<Result<void>()> body) override;
  /// Row-level security keeps the tables of quotas apart.
  Result<void> with_quota_tables(FunctionRef<Result<void>()> body) override { return body(); }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }
  [[nodiscard]] Timestamp now() const noexcept override { return store_.clock.now(); }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return store_.keys; }
  Error report_foreign_row(const Statement& statement) override;

  [[nodiscard]] bool poisoned() const noexcept { return poisoned_; }

 private:
  template <class Sql>
  Result<StatementLease> prepare_any(const Sql& sql);

  const SessionContext& store_;
  Connection& connection_;
  Transaction& transaction_;
  bool poisoned_ = false;
};

/// A transaction on the library's own tables.
class PgControlSession final : public ControlSession {
 public:
  PgControlSession(const SessionContext& store, Connection& connection,
                   Transaction& transaction) noexcept
      : store_{store}, connection_{connection}, transaction_{transaction} {}

  Result<StatementLease> prepare(const StaticSql& sql) override;
  Result<void> look_up(std::string_view sql, FunctionRef<void(const Statement&)> visit) override;
  Result<void> run_script(std::string_view sql, ScriptOwner owner) override;
  [[nodiscard]] Timestamp now() const noexcept override { return store_.clock.now(); }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }
  /// The gate asks by itself each time, in the same exchange.
  void admit(const TenantContext& /*context*/) override {}
  Result<void> outwait_writes(TenantId tenant) override;

 private:
  const SessionContext& store_;
  Connection& connection_;
  Transaction& transaction_;
};

/// A view of all tenants' rows.
class PgCrossingSession final : public CrossingSession {
 public:
  PgCrossingSession(const SessionContext& store, Connection& connection,
                    Transaction& transaction) noexcept
      : store_{store}, connection_{connection}, transaction_{transaction} {}

  Result<StatementLease> prepare(const CrossingSql& sql) override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return store_.keys; }

 private:
  const SessionContext& store_;
  Connection& connection_;
  Transaction& transaction_;
};

/// What a crossing transaction begins with.
void enter_crossing(Connection& connection);

}  // namespace tenancy::inline v0::detail::postgres
