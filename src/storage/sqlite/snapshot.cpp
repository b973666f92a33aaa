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

Snapshot::~Snapshot() {
  if (connection_ == nullptr || !connection_->in_transaction()) {
    return;
  }
  // Whatever ended the transaction does not keep it from being closed.
  connection_->watch().end();
  if (!connection_->run(rollback_sql)) {
    connection_->poison();
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
