#include "storage/postgres/host_check.hpp"

#include "storage/postgres/posture.hpp"
#include "storage/postgres/transaction.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

/// What tells one database from all others: where it is copied to it stays the same.
constexpr std::string_view identity_sql =
    "SELECT pg_catalog.concat_ws(' ', "
    "(SELECT system_identifier FROM pg_catalog.pg_control_system()), "
    "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()), "
    "current_schema())";

}  // namespace

Result<void> HostCheck::look(Connection& connection, const CallLimits& limits,
                             std::string_view what) {
  const IoLimits io = IoLimits::while_opening(limits);
  std::string found;
  {
    Transaction transaction{connection, Transaction::Form::read, io, enter_as_it_is};
    PgControlSession asking{session_, connection, transaction};
    BOOST_OUTCOME_TRY(require_safe_role(asking, may_own_));
    BOOST_OUTCOME_TRY(asking.look_up(
        identity_sql, [&](const Statement& row) { found = row.text(0).value_or(""); }));
    BOOST_OUTCOME_TRY(transaction.commit());
  }
  if (found.empty()) {
    return Error{errc::internal, "a database that has no identity"};
  }
  const std::scoped_lock lock{mutex_};
  if (identity_.empty()) {
    identity_ = found;
  }
  if (found != identity_) {
    return Error{errc::foreign_store,
                 std::string{what} +
                     " is of another server, or another database or schema of it, than the "
                     "store's: see docs/postgresql.md"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::postgres
