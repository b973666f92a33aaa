#include "storage/sqlite/sessions.hpp"

#include <string>
#include <utility>

#include "tenancy/core/assert.hpp"
#include "tenancy/core/detail/context_reader.hpp"
#include "tenancy/storage/detail/tenant_gate.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr StaticSql savepoint_sql{"SAVEPOINT tenancy_all_or_nothing"};
constexpr StaticSql release_sql{"RELEASE tenancy_all_or_nothing"};
constexpr StaticSql roll_back_to_sql{"ROLLBACK TO tenancy_all_or_nothing"};

Error no_transaction() {
  return Error{errc::transaction_lost, "SQLite ended the transaction after a failed statement"};
}

/// Outside of a transaction a statement would commit by itself, or see what the gate did not.
Result<void> require_transaction(const Connection& connection) {
  if (!connection.has_view()) {
    return no_transaction();
  }
  return success();
}

/// Undoes what has happened on a connection since it was made, unless that is kept: also when an
/// exception leaves, and when it is the limits of the call that ended the work. A connection that
/// cannot do so is poisoned, so that nothing of its transaction is kept.
class Savepoint {
 public:
  /// Errors: as `to_errc`; those of the watch.
  static Result<Savepoint> begin(Connection& connection) {
    BOOST_OUTCOME_TRY(connection.run(savepoint_sql));
    return Savepoint{connection};
  }

  Savepoint(Savepoint&& other) noexcept : connection_{std::exchange(other.connection_, nullptr)} {}
  Savepoint& operator=(Savepoint&&) = delete;
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint() {
    // Where SQLite has rolled back everything there is no savepoint any more.
    if (connection_ == nullptr || !connection_->in_transaction()) {
      return;
    }
    const WatchPause unwatched{connection_->watch()};
    if (!connection_->run(roll_back_to_sql) || !connection_->run(release_sql)) {
      connection_->poison();
    }
  }

  /// Errors: as `to_errc`; then it is undone in the end.
  Result<void> keep() {
    const WatchPause unwatched{connection_->watch()};
    BOOST_OUTCOME_TRY(connection_->run(release_sql));
    connection_ = nullptr;
    return success();
  }

 private:
  explicit Savepoint(Connection& connection) noexcept : connection_{&connection} {}

  Connection* connection_;
};

}  // namespace

Result<void> pass_gate(Connection& connection, const TenantContext& context) {
  if (connection.admissions().admits(context)) {
    return success();
  }
  const auto& credential = ContextReader::credential(context);
  const ControlAccess access{connection};
  BOOST_OUTCOME_TRY(SqliteStatement* const statement,
                    connection.prepare(credential ? credential_gate_sql : tenant_gate_sql));
  const StatementLease lease{*statement};
  lease->bind_int64(1, context.tenant().value());
  if (credential) {
    lease->bind_text(2, {credential->data(), credential->size()});
    if (const auto expires_at = context.expires_at()) {
      lease->bind_int64(3, expires_at->microseconds());
    } else {
      lease->bind_null(3);
    }
  }
  BOOST_OUTCOME_TRY(const bool found, lease->step());
  if (found && lease->int64(1) == 0) {
    ContextReader::mark_stale(context);
    return Error{errc::tenant_not_active,
                 "tenant " + context.tenant().to_string() + " is not active"};
  }
  // What the gate found must be what the context was made from.
  if (!found || lease->int64(1) != 1 || lease->int64(0) != context.epoch()) {
    ContextReader::mark_stale(context);
    return Error{errc::stale_context,
                 "the status of tenant " + context.tenant().to_string() +
                     ", or the credential, changed since this context was made: authenticate or "
                     "enter again"};
  }
  connection.admissions().remember(context);
  return success();
}

Error TenantSession::why_unusable() const {
  if (poisoned_) {
    return isolation_error();
  }
  return store_.fork_mark.in_same_process() ? no_transaction() : forked_process_error();
}

template <class Sql>
Result<StatementLease> TenantSession::prepare_any(const Sql& sql) {
  // The usual case costs no Result.
  if (poisoned_ || !store_.fork_mark.in_same_process() || !connection_.has_view()) [[unlikely]] {
    return why_unusable();
  }
  SqliteStatement* statement = connection_.take_ready(sql);
  if (statement == nullptr) [[unlikely]] {
    BOOST_OUTCOME_TRY(statement, connection_.prepare(sql));
  }
  StatementLease lease{*statement};
  if (!statement->takes_tenant()) {
    return Error{errc::internal,
                 "a statement without the tenant as ?1: '" + std::string{statement->sql()} + "'"};
  }
  statement->bind_tenant(tenant_value());
  return lease;
}

Result<void> TenantSession::all_or_nothing(FunctionRef<Result<void>()> body) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  BOOST_OUTCOME_TRY(require_transaction(connection_));
  BOOST_OUTCOME_TRY(auto savepoint, Savepoint::begin(connection_));
  BOOST_OUTCOME_TRY(body());
  BOOST_OUTCOME_TRY(require_transaction(connection_));
  return savepoint.keep();
}

Result<void> TenantSession::with_quota_tables(FunctionRef<Result<void>()> body) {
  const QuotaAccess access{connection_};
  return body();
}

Error TenantSession::report_foreign_row(const Statement& statement) {
  poisoned_ = true;
  connection_.poison();
  return store_.raise_alarm(context().tenant(), statement.sql());
}

Result<StatementLease> PlainControlSession::prepare(const StaticSql& sql) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  BOOST_OUTCOME_TRY(require_transaction(connection_));
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection_.prepare(sql));
  return StatementLease{*statement};
}

Result<void> PlainControlSession::look_up(std::string_view sql,
                                          FunctionRef<void(const Statement&)> visit) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  BOOST_OUTCOME_TRY(require_transaction(connection_));
  BOOST_OUTCOME_TRY(connection_.watch().admit());
  BOOST_OUTCOME_TRY(const auto statement,
                    SqliteStatement::prepare(connection_.handle(), sql, connection_.watch(),
                                             SqliteStatement::Use::once));
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return success();
    }
    visit(*statement);
  }
}

void PlainControlSession::admit(const TenantContext& context) {
  TENANCY_ASSERT(access_ == Access::read, "what a transaction writes may be rolled back");
  // It has read, so that its snapshot is fixed and has this version.
  connection_.admissions().begin(connection_.data_version());
  connection_.admissions().remember(context);
}

Result<void> PlainControlSession::run_script(std::string_view sql, ScriptOwner owner) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  BOOST_OUTCOME_TRY(require_transaction(connection_));
  return connection_.run_script(std::string{sql}, owner);
}

}  // namespace tenancy::inline v0::detail::sqlite
