#include "storage/sqlite/snapshot.hpp"

#include "storage/tenant_gate.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr StaticSql begin_sql{"BEGIN"};
constexpr StaticSql rollback_sql{"ROLLBACK"};

}  // namespace

Result<Snapshot> Snapshot::begin(Connection& connection) {
  BOOST_OUTCOME_TRY(connection.run(begin_sql));
  return Snapshot{connection};
}

Result<void> Snapshot::fix(Connection& connection) {
  const ControlAccess access{connection};
  BOOST_OUTCOME_TRY(connection.run(touch_sql));
  connection.admissions().begin(connection.data_version());
  return success();
}

Snapshot::~Snapshot() {
  if (connection_ == nullptr) {
    return;
  }
  connection_->admissions().end();
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
