#include "storage/sqlite/snapshot.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr StaticSql begin_sql{"BEGIN"};
constexpr StaticSql rollback_sql{"ROLLBACK"};

}  // namespace

Result<Snapshot> Snapshot::begin(Connection& connection) {
  BOOST_OUTCOME_TRY(connection.run(begin_sql));
  return Snapshot{connection};
}

Result<Snapshot> Snapshot::begin_fixed(Connection& connection) {
  BOOST_OUTCOME_TRY(Snapshot snapshot, begin(connection));
  const ControlAccess access{connection};
  BOOST_OUTCOME_TRY(connection.run(touch_sql));
  connection.admissions().begin(connection.data_version());
  return snapshot;
}

Result<Snapshot> Snapshot::hold(Connection& connection) {
  const ControlAccess access{connection};
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection.prepare(hold_sql));
  StatementLease holder{*statement};
  BOOST_OUTCOME_TRY(holder->step());
  Snapshot snapshot{connection};
  snapshot.holder_.emplace(std::move(holder));
  connection.keep_view(true);
  connection.admissions().begin(connection.data_version());
  return snapshot;
}

Snapshot::~Snapshot() {
  if (connection_ == nullptr) {
    return;
  }
  connection_->admissions().end();
  if (holder_) {
    connection_->keep_view(false);
    return;
  }
  if (!connection_->in_transaction()) {
    return;
  }
  // Whatever ended the transaction does not keep it from being closed.
  connection_->watch().end();
  if (!connection_->run(rollback_sql)) {
    connection_->poison();
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
