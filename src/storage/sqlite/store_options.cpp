#include "storage/sqlite/store_options.hpp"

#include <chrono>

namespace tenancy::inline v0::detail::sqlite {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

template <class Value>
bool is_within(const Value& value, const Value& least, const Value& most) {
  return least <= value && value <= most;
}

Result<void> require(bool holds, const char* rule) {
  if (!holds) {
    return Error{errc::invalid_argument, rule};
  }
  return success();
}

}  // namespace

Result<void> check_options(const StoreOptions& options) {
  const WriteOptions& writes = options.writes;
  const WalOptions& wal = options.wal;
  BOOST_OUTCOME_TRY(
      require(is_within<std::size_t>(options.readers, 1, 64), "readers: a store has 1 to 64"));
  BOOST_OUTCOME_TRY(require(is_within<milliseconds>(options.max_wait, milliseconds{1}, hours{1}),
                            "max_wait: 1 millisecond to 1 hour"));
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(options.statements, 16, 100'000),
                            "statements: a connection keeps 16 to 100,000"));
  BOOST_OUTCOME_TRY(
      require(is_within(options.page_cache_bytes, std::size_t{64} << 10U, std::size_t{16} << 30U),
              "page_cache_bytes: a connection keeps 64 KiB to 16 GiB"));
  BOOST_OUTCOME_TRY(
      require(is_within<milliseconds>(options.max_snapshot_age, milliseconds{1}, hours{24}),
              "max_snapshot_age: 1 millisecond to 24 hours"));
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(writes.max_waiting_per_tenant, 1, 1'000'000),
                            "writes.max_waiting_per_tenant: 1 to 1,000,000"));
  BOOST_OUTCOME_TRY(
      require(is_within<std::size_t>(writes.max_batch, 1, 4096), "writes.max_batch: 1 to 4096"));
  BOOST_OUTCOME_TRY(
      require(is_within<microseconds>(writes.max_batch_hold, microseconds{1}, hours{1}),
              "writes.max_batch_hold: 1 microsecond to 1 hour"));
  BOOST_OUTCOME_TRY(
      require(is_within<milliseconds>(writes.max_unit_hold, milliseconds{1}, hours{24}),
              "writes.max_unit_hold: 1 millisecond to 24 hours"));
  BOOST_OUTCOME_TRY(require(is_within(writes.max_tenant_share, 1U, 100U),
                            "writes.max_tenant_share: 1 to 100 percent"));
  BOOST_OUTCOME_TRY(require(wal.checkpoint_bytes >= 1, "wal.checkpoint_bytes: positive"));
  BOOST_OUTCOME_TRY(require(wal.max_bytes >= wal.checkpoint_bytes,
                            "wal.max_bytes: at least wal.checkpoint_bytes"));
  const SiloOptions& silo = options.silo;
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(silo.max_open_files, 1, 4096),
                            "silo.max_open_files: a silo has 1 to 4096"));
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(silo.readers, 1, 64),
                            "silo.readers: a tenant's file has 1 to 64"));
  BOOST_OUTCOME_TRY(
      require(is_within(silo.page_cache_bytes, std::size_t{64} << 10U, std::size_t{16} << 30U),
              "silo.page_cache_bytes: a connection keeps 64 KiB to 16 GiB"));
  const ScopedSqlOptions& queries = options.scoped_sql;
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(queries.connections, 1, 64),
                            "scoped_sql.connections: a store has 1 to 64"));
  BOOST_OUTCOME_TRY(require(queries.per_tenant >= 1, "scoped_sql.per_tenant: positive"));
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(queries.statements, 16, 100'000),
                            "scoped_sql.statements: a connection keeps 16 to 100,000"));
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(queries.text_bytes, 1, 1'000'000),
                            "scoped_sql.text_bytes: 1 to 1,000,000"));
  BOOST_OUTCOME_TRY(require(is_within<std::size_t>(queries.value_bytes, 1'000, 1'000'000'000),
                            "scoped_sql.value_bytes: 1,000 to 1,000,000,000"));
  BOOST_OUTCOME_TRY(require(is_within(queries.expression_depth, 1U, 1'000U),
                            "scoped_sql.expression_depth: 1 to 1,000"));
  return success();
}

}  // namespace tenancy::inline v0::detail::sqlite
