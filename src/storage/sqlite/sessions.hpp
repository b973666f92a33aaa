#pragma once

#include "storage/backend.hpp"
#include "storage/session_context.hpp"
#include "storage/sqlite/connection.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Admits the context's tenant in the transaction that is open on the connection.
/// Errors: `tenant_not_active`, `stale_context`.
Result<void> pass_gate(Connection& connection, const TenantContext& context);

/// A tenant's open transaction on one connection.
class TenantSession final : public Session {
 public:
  TenantSession(const SessionContext& store, Connection& connection,
                const TenantContext& context) noexcept
      : Session{context}, store_{store}, connection_{connection} {}

  Result<StatementLease> prepare(const StaticSql& sql) override { return prepare_any(sql); }
  Result<StatementLease> prepare(const ShapedSql& sql) override { return prepare_any(sql); }
  Result<void> all_or_nothing(FunctionRef<Result<void>()> body) override;
  Result<void> with_quota_tables(FunctionRef<Result<void>()> body) override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] Timestamp now() const noexcept override { return store_.clock.now(); }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return store_.keys; }
  Error report_foreign_row(const Statement& statement) override;

  [[nodiscard]] bool poisoned() const noexcept { return poisoned_; }

 private:
  [[nodiscard]] Error why_unusable() const;
  template <class Sql>
  Result<StatementLease> prepare_any(const Sql& sql);

  const SessionContext& store_;
  Connection& connection_;
  bool poisoned_ = false;
};

/// A transaction on the library's own tables.
class PlainControlSession final : public ControlSession {
 public:
  enum class Access { read, write };

  PlainControlSession(const SessionContext& store, Connection& connection, Access access) noexcept
      : store_{store}, connection_{connection}, access_{access} {}

  Result<StatementLease> prepare(const StaticSql& sql) override;
  Result<void> look_up(std::string_view sql, FunctionRef<void(const Statement&)> visit) override;
  Result<void> run_script(std::string_view sql, ScriptOwner owner) override;
  [[nodiscard]] Timestamp now() const noexcept override { return store_.clock.now(); }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  void admit(const TenantContext& context) override;

 private:
  const SessionContext& store_;
  Connection& connection_;
  Access access_;
};

}  // namespace tenancy::inline v0::detail::sqlite
