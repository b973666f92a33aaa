#include "storage/postgres/postgres_store.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "storage/postgres/back_off.hpp"
#include "storage/postgres/posture.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

using Clock = CallOptions::Clock;
using Form = Transaction::Form;

/// What it means to change the schema: no other does so meanwhile; rows that a policy hides are an
/// error and not taken for none; whoever uses a table is not waited for without end, since others
/// wait behind.
constexpr StaticSql enter_schema_sql{
    "SELECT set_config('row_security', 'off', true), set_config('lock_timeout', '10000', true), "
    "pg_advisory_xact_lock(pg_catalog.hashtextextended('tenancy schema of ' || current_schema(), "
    "0))"};

Error not_for_owner() {
  return Error{errc::access_denied, "a store that was opened to migrate serves no tenant"};
}

Error not_supported(std::string_view what) { return Error{errc::not_supported, std::string{what}}; }

}  // namespace

PostgresStore::Machinery::Machinery(PostgresStore& store)
    : host_check{store.session_context_, store.role_ == Role::owner},
      connector{store.address_, store.connection_options(), Connector::WhenDown::wait},
      turns{store.postgres_.max_connections, store.options_.writes.max_waiting_per_tenant,
            store.postgres_.max_tenant_share},
      connections{store.postgres_.max_connections,
                  [this, looks = !store.replica_addresses_.empty() ||
                                 store.address_.attempts().size() > 1](const CallLimits& limits) {
                    return connector.open(
                        limits, [&](Connection& opened, const CallLimits& within) -> Result<void> {
                          return looks ? host_check.look(opened, within, "the host that answers")
                                       : success();
                        });
                  }},
      replicas{store.replica_addresses_.empty()
                   ? nullptr
                   : std::make_unique<Replicas>(
                         Replicas::Options{store.replica_addresses_, store.connection_options(),
                                           store.postgres_.max_connections,
                                           store.options_.writes.max_waiting_per_tenant,
                                           store.postgres_.max_tenant_share},
                         host_check)},
      async_writes{std::min<std::size_t>(store.postgres_.max_connections, 4),
                   store.options_.writes.max_waiting_per_tenant} {
  if (store.queries_address_) {
    queries.emplace(
        store.options_.scoped_sql, store.connection_options().naming == Naming::unnamed,
        [&store](const CallLimits& limits) { return store.connect_confined(limits); },
        [&store](const CallLimits& limits) { return store.read_query_secret(limits); },
        [&store](const CallLimits& limits) { return store.read_callable_fields(limits); });
  }
}

ConnectionOptions PostgresStore::connection_options() const {
  const auto longest = std::max(options_.max_snapshot_age, options_.writes.max_unit_hold);
  return {.statements = options_.statements,
          .naming = postgres_.statements == tenancy::postgres::PreparedStatements::named
                        ? Naming::named
                        : Naming::unnamed,
          .idle_in_transaction = longest + std::chrono::seconds{1},
          .check_idle_after = postgres_.check_idle_after,
          .unique_keys = &unique_keys_};
}

PostgresStore::PostgresStore(Address address, std::vector<Address> replicas,
                             std::optional<Address> queries, Role role, const KeyRing& keys,
                             StoreOptions options, PostgresOptions postgres,
                             ScopedSchemaSource scoped_schema)
    : address_{std::move(address)},
      replica_addresses_{std::move(replicas)},
      queries_address_{std::move(queries)},
      role_{role},
      keys_{keys},
      options_{std::move(options)},
      postgres_{std::move(postgres)},
      opened_at_{options_.clock->now()},
      scoped_schema_source_{std::move(scoped_schema)},
      session_context_{keys_, *options_.clock, options_.observer.get(), fork_mark_,
                       isolation_alarms_},
      machinery_{std::make_unique<Machinery>(*this)} {}

PostgresStore::~PostgresStore() {
  if (!fork_mark_.in_same_process()) {
    // Connections and threads are the parent's.
    static_cast<void>(machinery_.release());
  }
}

Result<std::shared_ptr<PostgresStore>> PostgresStore::open(
    const Address& address, Role role, const KeyRing& keys, StoreOptions options,
    const PostgresOptions& postgres, const CallOptions& call, ScopedSchemaSource scoped_schema) {
  if (options.clock == nullptr) {
    options.clock = std::make_shared<SystemClock>();
  }
  std::vector<Address> replicas;
  std::optional<Address> queries;
  if (role == Role::application) {
    for (const std::string& url : postgres.replica_urls) {
      BOOST_OUTCOME_TRY(auto replica, Address::parse(url));
      replicas.push_back(std::move(replica));
    }
    if (!postgres.queries_url.empty()) {
      BOOST_OUTCOME_TRY(const auto its, Address::parse(postgres.queries_url));
      // Not a standby, which may not know yet that a tenant is suspended.
      queries = its.to_be_queried();
    }
  }
  std::shared_ptr<PostgresStore> store{
      new PostgresStore{address.to_be_written(), std::move(replicas), std::move(queries), role,
                        keys, std::move(options), postgres, std::move(scoped_schema)}};
  BOOST_OUTCOME_TRY(
      detail::control_read(*store, call, [&](ControlSession& session) -> Result<void> {
        BOOST_OUTCOME_TRY(require_safe_role(session, role == Role::owner));
        return store->unique_keys_.read(session);
      }));
  return store;
}

Result<void> PostgresStore::require_own_process() const { return require_same_process(fork_mark_); }

Result<void> PostgresStore::require_own_role(Role role) const {
  if (role_ != role) {
    return role_ == Role::owner
               ? not_for_owner()
               : Error{errc::access_denied,
                       "the schema is its owner's to change: run tenancy::migrate with the URL of "
                       "that role"};
  }
  return success();
}

PostgresStore::Try PostgresStore::try_host(Form form, const CallLimits& limits, const IoLimits& io,
                                           Transaction::Enter enter, ControlBody body) {
  auto acquired = acquire(std::nullopt, limits);
  if (!acquired) {
    return {std::move(acquired).error(), false, false};
  }
  Connection& connection = acquired.value().connection.connection();
  Transaction transaction{connection, form, io, enter};
  PgControlSession session{session_context_, connection, transaction};
  const bool commits = body(session);
  if (transaction.lost()) {
    return {*transaction.lost(), transaction.is_to_be_run_again(), false};
  }
  if (!commits) {
    return {success(), false, false};
  }
  auto committed = transaction.commit();
  return {committed, transaction.is_to_be_run_again(), committed.has_value()};
}

Result<void> PostgresStore::run_host(Form form, const CallOptions& options,
                                     Transaction::Enter enter, ControlBody body) {
  BOOST_OUTCOME_TRY(require_own_process());
  const CallLimits limits{options, options_.max_wait};
  for (unsigned tries = 0;; ++tries) {
    const IoLimits io{limits};
    auto tried = try_host(form, limits, io, enter, body);
    if (!tried.is_to_be_run_again || Clock::now() >= limits.wait_until()) {
      return std::move(tried.outcome);
    }
    back_off(tries, limits.wait_until());
    BOOST_OUTCOME_TRY(limits.check());
  }
}

Result<void> PostgresStore::crossing_read(std::string_view /*table*/, const CallOptions& options,
                                          CrossingBody body) {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(require_own_role(Role::application));
  const CallLimits limits{options, options_.max_wait};
  const IoLimits io = limits_of_read(limits);
  BOOST_OUTCOME_TRY(const auto lease, acquire(std::nullopt, limits));
  Connection& connection = lease.connection.connection();
  auto* const enter = &enter_crossing;  // Which the transaction borrows.
  Transaction transaction{connection, Form::read, io, enter};
  PgCrossingSession session{session_context_, connection, transaction};
  body(session);
  if (transaction.lost()) {
    return *transaction.lost();
  }
  return success();
}

Result<void> PostgresStore::control_read(const CallOptions& options, ControlBody body) {
  return run_host(
      Form::read, options, [](Connection&) {}, body);
}

Result<void> PostgresStore::control_write(const CallOptions& options, ControlBody body) {
  BOOST_OUTCOME_TRY(writing_threads_.refuse_this());
  const WritingThreads::Mark writing{writing_threads_};
  return run_host(
      Form::write, options, [](Connection&) {}, body);
}

Result<void> PostgresStore::schema_change(const CallOptions& options, ControlBody body) {
  BOOST_OUTCOME_TRY(require_own_role(Role::owner));
  return run_host(
      Form::schema, options, [](Connection& connection) { connection.add(enter_schema_sql); },
      body);
}

Result<BackupReport> PostgresStore::backup(const std::filesystem::path& /*target*/,
                                           const BackupOptions& /*options*/) {
  return not_supported("a database of PostgreSQL is saved by pg_basebackup or pg_dump");
}

Result<void> PostgresStore::check_structure(const CallOptions& /*options*/) {
  return not_supported("a database of PostgreSQL is checked by pg_amcheck");
}

Result<CheckpointReport> PostgresStore::checkpoint(const CallOptions& /*options*/) {
  return not_supported("PostgreSQL's checkpoints are the server's");
}

Result<VacuumReport> PostgresStore::vacuum(const CallOptions& /*options*/) {
  return not_supported("PostgreSQL vacuums by itself (autovacuum)");
}

Result<StoreStatus> PostgresStore::status(const CallOptions& /*options*/) {
  BOOST_OUTCOME_TRY(require_own_process());
  const auto turns = machinery_->turns.use();
  StoreStatus status{.engine = "PostgreSQL", .file = address_.shown(), .has_files = false};
  status.readers = turns.size;
  status.readers_in_use = turns.in_use;
  status.reads_waiting = turns.waiting;
  status.writes_waiting = machinery_->async_writes.waiting();
  const auto pool = machinery_->connections.use();
  const auto tries = machinery_->connector.tries();
  status.connections = ConnectionFigures{
      .open = pool.idle + pool.in_use,
      .idle = pool.idle,
      .waiting = turns.waiting,
      .opened = tries.succeeded,
      .closed = pool.closed,
      .failed = tries.failed,
      .waited_for = std::chrono::nanoseconds{waited_nanoseconds_.load(std::memory_order_relaxed)}};
  if (machinery_->replicas != nullptr) {
    status.replicas = machinery_->replicas->figures();
  }
  status.isolation_alarms = isolation_alarms_.load(std::memory_order_relaxed);
  status.opened_at = opened_at_;
  status.open_for = since_boot() - opened_after_boot_;
  return status;
}

}  // namespace tenancy::inline v0::detail::postgres
