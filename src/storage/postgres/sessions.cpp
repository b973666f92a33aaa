#include "storage/postgres/sessions.hpp"

#include <string>
#include <utility>

#include "storage/postgres/script.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

// As the gate's of a write, exclusive.
constexpr StaticSql outwait_sql{"SELECT pg_catalog.pg_advisory_xact_lock(?1)"};
constexpr StaticSql crossing_sql{"SELECT set_config('tenancy.crossing', 'on', true)"};

/// Undoes what a body did, unless it is kept, also when an exception leaves.
class Whole {
 public:
  explicit Whole(Transaction& transaction) noexcept : transaction_{&transaction} {}
  Whole(const Whole&) = delete;
  Whole& operator=(const Whole&) = delete;
  ~Whole() {
    if (transaction_ != nullptr) {
      transaction_->undo_savepoint();
    }
  }
  Result<void> keep() { return std::exchange(transaction_, nullptr)->keep_savepoint(); }

 private:
  Transaction* transaction_;
};

}  // namespace

template <class Sql>
Result<StatementLease> TenantSession::prepare_any(const Sql& sql) {
  if (poisoned_) {
    return isolation_error();
  }
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  if (transaction_.lost()) {
    return *transaction_.lost();
  }
  auto& statement = connection_.statement(sql);
  if (!statement.takes_tenant()) {
    return Error{errc::internal,
                 "a statement without the tenant as ?1: '" + std::string{statement.sql()} + "'"};
  }
  statement.take(transaction_);
  StatementLease lease{statement};
  statement.bind_int64(1, tenant_value());
  return lease;
}

Result<void> TenantSession::all_or_nothing(FunctionRef<Result<void>()> body) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  BOOST_OUTCOME_TRY(transaction_.open_savepoint());
  Whole whole{transaction_};
  BOOST_OUTCOME_TRY(body());
  return whole.keep();
}

Error TenantSession::report_foreign_row(const Statement& statement) {
  poisoned_ = true;
  connection_.poison();
  return store_.raise_alarm(context().tenant(), statement.sql());
}

Result<StatementLease> PgControlSession::prepare(const StaticSql& sql) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  if (transaction_.lost()) {
    return *transaction_.lost();
  }
  auto& statement = connection_.statement(sql);
  statement.take(transaction_);
  return StatementLease{statement};
}

Result<void> PgControlSession::look_up(std::string_view sql,
                                       FunctionRef<void(const Statement&)> visit) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  const auto statement = connection_.statement_once(sql);
  statement->take(transaction_);
  const StatementLease lease{*statement};
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return success();
    }
    visit(*statement);
  }
}

Result<void> PgControlSession::outwait_writes(TenantId tenant) {
  BOOST_OUTCOME_TRY(auto lock, prepare(outwait_sql));
  lock->bind_int64(1, tenant.value());
  BOOST_OUTCOME_TRY(lock->step());
  return success();
}

Result<void> PgControlSession::run_script(std::string_view sql, ScriptOwner owner) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  return postgres::run_script(*this, sql, owner);
}

Result<StatementLease> PgCrossingSession::prepare(const CrossingSql& sql) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  if (transaction_.lost()) {
    return *transaction_.lost();
  }
  auto& statement = connection_.statement(ShapedSql{sql.shape, sql.write, sql.is_unbounded});
  if (statement.takes_tenant() || !statement.reads_only()) {
    return Error{errc::internal, "a statement that is none for reading all tenants' rows: '" +
                                     std::string{statement.sql()} + "'"};
  }
  statement.take(transaction_);
  return StatementLease{statement};
}

void enter_crossing(Connection& connection) { connection.add(crossing_sql); }

}  // namespace tenancy::inline v0::detail::postgres
