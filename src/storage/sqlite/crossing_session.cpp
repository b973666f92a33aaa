#include "storage/sqlite/crossing_session.hpp"

#include <string>

namespace tenancy::inline v0::detail::sqlite {

Result<StatementLease> SqliteCrossingSession::prepare(const CrossingSql& sql) {
  BOOST_OUTCOME_TRY(require_same_process(store_.fork_mark));
  if (!connection_.has_view()) {
    return Error{errc::transaction_lost, "SQLite ended the transaction after a failed statement"};
  }
  BOOST_OUTCOME_TRY(SqliteStatement* const statement,
                    connection_.prepare(ShapedSql{sql.shape, sql.write}));
  StatementLease lease{*statement};
  // A tenant's statement would find nobody bound, and one that writes has no business here.
  if (statement->takes_tenant() || !statement->reads_only()) {
    return Error{errc::internal, "a statement that is none for reading all tenants' rows: '" +
                                     std::string{statement->sql()} + "'"};
  }
  return lease;
}

}  // namespace tenancy::inline v0::detail::sqlite
