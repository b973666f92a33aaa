#include "storage/sqlite/transaction.hpp"

#include <utility>

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr StaticSql begin_read_sql{"BEGIN"};
constexpr StaticSql begin_write_sql{"BEGIN IMMEDIATE"};
constexpr StaticSql commit_sql{"COMMIT"};
constexpr StaticSql rollback_sql{"ROLLBACK"};

Result<void> run(Connection& connection, const StaticSql& sql) {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection.prepare(sql));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(lease->step());
  return success();
}

}  // namespace

Result<Transaction> Transaction::begin(ConnectionPool::Lease& lease, TransactionKind kind) {
  BOOST_OUTCOME_TRY(
      run(lease.connection(), kind == TransactionKind::write ? begin_write_sql : begin_read_sql));
  return Transaction{lease};
}

Transaction::~Transaction() {
  if (lease_ == nullptr || !lease_->connection().in_transaction()) {
    return;
  }
  if (!run(lease_->connection(), rollback_sql)) {
    lease_->poison();
  }
}

Result<void> Transaction::commit() {
  Connection& connection = lease_->connection();
  if (!connection.in_transaction()) {
    return Error{errc::transaction_lost,
                 "SQLite ended the transaction after a failed statement; nothing of it was kept"};
  }
  auto committed = run(connection, commit_sql);
  if (!committed && committed.error() == errc::io_error) {
    lease_->poison();
    return Error{errc::commit_unknown, committed.error().message()};
  }
  return committed;
}

}  // namespace tenancy::inline v0::detail::sqlite
