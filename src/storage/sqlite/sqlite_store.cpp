#include "storage/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "storage/refuse_in_child.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/calling_write.hpp"
#include "storage/sqlite/crossing_session.hpp"
#include "storage/sqlite/database_file.hpp"
#include "storage/sqlite/job_watch.hpp"
#include "storage/sqlite/maintenance.hpp"
#include "storage/sqlite/report.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite/structure_check.hpp"
#include "storage/tenant_weight.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr StaticSql file_pages_sql{"PRAGMA page_count"};
constexpr StaticSql free_pages_sql{"PRAGMA freelist_count"};

/// Nothing when it cannot be read.
std::optional<std::uint64_t> read_number(Connection& connection, const StaticSql& sql) {
  const auto prepared = connection.prepare(sql);
  if (!prepared) {
    return std::nullopt;
  }
  const StatementLease lease{*prepared.value()};
  if (const auto found = lease->step(); !found || !found.value()) {
    return std::nullopt;
  }
  const auto number = lease->int64(0);
  return number ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
}

constexpr const char* snapshot_advice =
    "the read kept its snapshot for too long: read in pages, each in a transaction of its own";

}  // namespace

SqliteStore::Machinery::Machinery(SqliteStore& store, std::optional<TemporaryFolder> its_folder,
                                  OpenFile its_open_file, WriterLock its_lock)
    : folder{std::move(its_folder)},
      open_file{std::move(its_open_file)},
      lock{std::move(its_lock)},
      readers{store.options_.readers,
              [&store](const CallLimits& limits) {
                return store.connect(ConnectionMode::read_only, limits);
              }},
      queries{store.options_.scoped_sql,
              [&store](const std::shared_ptr<const ScopedSchema>& schema,
                       const CallLimits& limits) { return store.connect_confined(schema, limits); },
              [&store](const CallLimits& limits) { return store.read_scoped_schema(limits); }},
      checkpointer{[&store](const CallLimits& limits) {
                     return store.connect(ConnectionMode::read_write, limits);
                   },
                   lock, store.file_, store.options_},
      writer{lock,
             [&store](const CallLimits& limits) {
               return store.connect(ConnectionMode::read_write, limits);
             },
             checkpointer, store.options_},
      async_writes{writer} {}

SqliteStore::SqliteStore(Location location, const KeyRing& keys, StoreOptions options,
                         OpenFile open_file, WriterLock lock, ScopedSchemaSource source)
    : file_{std::move(location.file)},
      keys_{keys},
      options_{std::move(options)},
      origin_{file_, *options_.clock},
      session_context_{keys_, *options_.clock, options_.observer.get(), fork_mark_,
                       isolation_alarms_},
      scoped_schema_source_{std::move(source)},
      realm_{location.realm ? *location.realm : Realm::create()},
      admission_{realm_, *options_.clock},
      durability_{location.durability},
      machinery_{std::make_unique<Machinery>(*this, std::move(location.folder),
                                             std::move(open_file), std::move(lock))} {}

SqliteStore::~SqliteStore() {
  if (!fork_mark_.in_same_process()) {
    // Connections, locks and threads are the parent's: closing or awaiting them here would harm it
    // or never end.
    static_cast<void>(machinery_.release());
  }
}

Result<std::shared_ptr<SqliteStore>> SqliteStore::open(Location location, const KeyRing& keys,
                                                       StoreOptions options,
                                                       const CallOptions& call,
                                                       ScopedSchemaSource source) {
  if (options.clock == nullptr) {
    options.clock = std::make_shared<SystemClock>();
  }
  if (location.may_be_made) {
    BOOST_OUTCOME_TRY(create_database_file(location.file, location.durability));
  }
  BOOST_OUTCOME_TRY(auto open_file, OpenFile::enter(location.file));
  BOOST_OUTCOME_TRY(auto lock, WriterLock::open(location.file));
  lock.announce();
  std::shared_ptr<SqliteStore> store{new SqliteStore{std::move(location), keys, std::move(options),
                                                     std::move(open_file), std::move(lock),
                                                     std::move(source)}};
  // So that what is wrong with the file shows here and not in the first transaction.
  const CallLimits limits{call, store->options_.max_wait};
  // The writer's connection also keeps the log in its place while readers come and go.
  BOOST_OUTCOME_TRY(store->machinery_->writer.open_connection(limits));
  BOOST_OUTCOME_TRY(store->machinery_->readers.acquire(limits));
  return store;
}

Result<void> SqliteStore::require_own_process() const { return require_same_process(fork_mark_); }

ConnectionOptions SqliteStore::connection_options() const noexcept {
  return ConnectionOptions{.statements = options_.statements,
                           .page_cache_bytes = options_.page_cache_bytes,
                           .checkpoints_at_close = options_.wal.checkpoints == Checkpoints::library,
                           .durability = durability_};
}

Result<std::unique_ptr<Connection>> SqliteStore::connect(ConnectionMode mode,
                                                         const CallLimits& limits) const {
  return Connection::open(file_, mode, connection_options(), limits);
}

Result<std::unique_ptr<Connection>> SqliteStore::connect_confined(
    const std::shared_ptr<const ScopedSchema>& schema, const CallLimits& limits) const {
  auto options = connection_options();
  options.statements = options_.scoped_sql.statements;
  return Connection::open_confined(file_, options, Confinement{schema, options_.scoped_sql},
                                   limits);
}

Result<ScopedSchema> SqliteStore::read_scoped_schema(const CallLimits& limits) {
  const CallOptions options{.deadline = limits.deadline(), .stop = limits.stop()};
  return detail::control_read(*this, options, [&](ControlSession& session) -> Result<ScopedSchema> {
    ScopedSchema schema;
    if (scoped_schema_source_) {
      BOOST_OUTCOME_TRY(schema, scoped_schema_source_(session));
    }
    BOOST_OUTCOME_TRY(session.look_up("PRAGMA schema_version", [&](const Statement& version) {
      schema.version = version.int64(0).value_or(-1);
    }));
    return schema;
  });
}

Result<void> SqliteStore::read_with(const CallLimits& limits, BeginSnapshot begin, ReadBody body) {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(limits.check());
  BOOST_OUTCOME_TRY(const auto lease, machinery_->readers.acquire(limits));
  Connection& connection = lease.connection();
  const WatchScope watched{connection.watch(), limits,
                           Watch::Budget{coarse_now() + options_.max_snapshot_age,
                                         errc::snapshot_too_old, snapshot_advice},
                           true};
  BOOST_OUTCOME_TRY(const auto snapshot, begin(connection));
  return body(connection);
}

Result<bool> SqliteStore::run_tenant_body(Connection& connection, const TenantContext& context,
                                          TenantBody body) const {
  // Once more: it may have waited for its turn.
  BOOST_OUTCOME_TRY(admission_.require_not_expired(context));
  BOOST_OUTCOME_TRY(pass_gate(connection, context));
  TenantSession session{session_context_, connection, context};
  const bool commits = body(session);
  if (session.poisoned()) {
    return isolation_error();
  }
  return commits;
}

Result<void> SqliteStore::read(UnitKind kind, const TenantContext& context,
                               const CallOptions& options, TenantBody body) {
  BOOST_OUTCOME_TRY(admission_.admit(context));
  const CallLimits limits{options, options_.max_wait};
  ReadReport report{options_.observer.get(), context.tenant()};
  const auto begin = kind == UnitKind::any ? &Snapshot::begin_fixed : &Snapshot::hold;
  return read_with(limits, begin, [&](Connection& connection) -> Result<void> {
    report.connected(connection);
    BOOST_OUTCOME_TRY(const bool succeeded, run_tenant_body(connection, context, body));
    report.ran(connection, succeeded);
    return success();
  });
}

Result<void> SqliteStore::scoped_query(const TenantContext& context, const CallOptions& options,
                                       const ScopedQuery& query, ScopedSink& sink) {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(admission_.admit(context));
  const CallLimits limits{options, options_.max_wait};
  ReadReport report{options_.observer.get(), context.tenant()};
  auto outcome = machinery_->queries.run(
      context.tenant(), limits, query, sink, [&](Connection& connection) -> Result<void> {
        report.connected(connection);
        BOOST_OUTCOME_TRY(admission_.require_not_expired(context));
        return pass_gate(connection, context);
      });
  report.succeeded(outcome.has_value());
  return outcome;
}

Result<std::shared_ptr<const ScopedSchema>> SqliteStore::scoped_schema(const TenantContext& context,
                                                                       const CallOptions& options) {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(admission_.admit(context));
  const CallLimits limits{options, options_.max_wait};
  return machinery_->queries.schema(limits, [&](Connection& connection) -> Result<void> {
    BOOST_OUTCOME_TRY(admission_.require_not_expired(context));
    return pass_gate(connection, context);
  });
}

Result<void> SqliteStore::write(UnitKind kind, const TenantContext& context,
                                const CallOptions& options, TenantBody body) {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(admission_.admit_write(context));
  // The caller may assign to its own, in the unit even, which may run again: what was admitted here
  // is what counts.
  const TenantContext admitted{context};
  const CallLimits limits{options, options_.max_wait};
  const bool is_statement = kind != UnitKind::any;
  bool commits = false;
  const auto run = [&](Connection& connection) -> Result<bool> {
    BOOST_OUTCOME_TRY(commits, run_tenant_body(connection, admitted, body));
    return commits;
  };
  CallingWrite unit{is_statement ? WriteUnit::Kind::statement : WriteUnit::Kind::host,
                    is_statement ? WriteUnit::Runs::on_any_thread : WriteUnit::Runs::on_its_thread,
                    limits, run};
  WriteReport report{options_.observer.get(), admitted.tenant(), unit};
  auto outcome = unit.run_through(machinery_->writer, admitted.tenant(),
                                  weight_of(options_.writes, admitted.tenant()));
  report.ended(outcome && commits);
  return outcome;
}

/// A tenant's asynchronous write; keeps the store open until it has been completed.
class SqliteStore::TenantAsyncWrite final : public AsyncWrite {
 public:
  TenantAsyncWrite(std::shared_ptr<SqliteStore> store, const TenantContext& context,
                   const CallOptions& options, std::unique_ptr<AsyncUnit> unit)
      : AsyncWrite{options, store->options_.max_wait},
        store_{std::move(store)},
        context_{context},
        unit_{std::move(unit)},
        report_{store_->options_.observer.get(), context.tenant(), *this} {}

  Result<bool> run(Connection& connection) override {
    BOOST_OUTCOME_TRY(commits_,
                      store_->run_tenant_body(connection, context_, [this](Session& session) {
                        return unit_->run(session);
                      }));
    return commits_;
  }

  void complete() noexcept override {
    report_.ended(exception == nullptr && outcome && commits_);
    unit_->complete(std::move(outcome), std::move(exception));
  }

 private:
  const std::shared_ptr<SqliteStore> store_;
  const TenantContext context_;
  const std::unique_ptr<AsyncUnit> unit_;
  WriteReport report_;
  bool commits_ = false;
};

void SqliteStore::async_write(const TenantContext& context, const CallOptions& options,
                              std::unique_ptr<AsyncUnit> unit) {
  if (!in_same_process()) {
    refuse_in_child(std::move(unit));
    return;
  }
  auto write =
      std::make_unique<TenantAsyncWrite>(shared_from_this(), context, options, std::move(unit));
  if (auto admitted = admission_.admit_write(context); !admitted) {
    write->outcome = std::move(admitted);
    machinery_->async_writes.refuse(std::move(write));
    return;
  }
  std::uint32_t weight = 1;
  try {
    weight = weight_of(options_.writes, context.tenant());
  } catch (...) {
    write->exception = std::current_exception();
    machinery_->async_writes.refuse(std::move(write));
    return;
  }
  machinery_->async_writes.submit(std::move(write), context.tenant(), weight);
}

void SqliteStore::refuse_async_write(const TenantContext& context, const CallOptions& options,
                                     std::unique_ptr<AsyncUnit> unit, Error reason) {
  auto write =
      std::make_unique<TenantAsyncWrite>(shared_from_this(), context, options, std::move(unit));
  write->outcome = std::move(reason);
  machinery_->async_writes.refuse(std::move(write));
}

Result<void> SqliteStore::crossing_read(std::string_view /*table*/, const CallOptions& options,
                                        CrossingBody body) {
  BOOST_OUTCOME_TRY(require_own_process());
  const CallLimits limits{options, options_.max_wait};
  return read_with(limits, &Snapshot::begin, [&](Connection& connection) -> Result<void> {
    SqliteCrossingSession session{session_context_, connection};
    body(session);
    return success();
  });
}

Result<void> SqliteStore::control_read(const CallOptions& options, ControlBody body) {
  const CallLimits limits{options, options_.max_wait};
  return read_with(limits, &Snapshot::begin, [&](Connection& connection) -> Result<void> {
    const ControlAccess access{connection};
    PlainControlSession session{session_context_, connection, PlainControlSession::Access::read};
    body(session);
    return success();
  });
}

Result<void> SqliteStore::control_write(const CallOptions& options, ControlBody body) {
  return write_as_host(WriteUnit::Kind::host, options, body);
}

Result<void> SqliteStore::schema_change(const CallOptions& options, ControlBody body) {
  return write_as_host(WriteUnit::Kind::schema, options, body);
}

Result<void> SqliteStore::write_as_host(WriteUnit::Kind kind, const CallOptions& options,
                                        ControlBody body) {
  BOOST_OUTCOME_TRY(require_own_process());
  const CallLimits limits{options, options_.max_wait};
  const auto run = [&](Connection& connection) -> Result<bool> {
    connection.admissions().close();
    const ControlAccess access{connection};
    PlainControlSession session{session_context_, connection, PlainControlSession::Access::write};
    const bool commits = body(session);
    if (commits && kind == WriteUnit::Kind::schema) {
      BOOST_OUTCOME_TRY(connection.check_references());
    }
    return commits;
  };
  CallingWrite unit{kind, WriteUnit::Runs::on_its_thread, limits, run};
  return unit.run_through(machinery_->writer, std::nullopt, 1);
}

Result<BackupReport> SqliteStore::backup(const std::filesystem::path& target,
                                         const BackupOptions& options) {
  BOOST_OUTCOME_TRY(require_own_process());
  return write_backup(file_, target, options, options_.max_wait);
}

Result<void> SqliteStore::check_structure(const CallOptions& options) {
  BOOST_OUTCOME_TRY(require_own_process());
  JobWatch watch{options};
  return check_live_structure(file_, options_.max_wait, watch);
}

Result<CheckpointReport> SqliteStore::checkpoint(const CallOptions& options) {
  BOOST_OUTCOME_TRY(require_own_process());
  if (options_.wal.checkpoints == Checkpoints::external) {
    return Error{errc::invalid_argument,
                 "the write-ahead log is a replicator's (Checkpoints::external), which moves it "
                 "itself"};
  }
  const CallLimits limits{options, options_.max_wait};
  BOOST_OUTCOME_TRY(const auto connection, connect(ConnectionMode::read_write, limits));
  BOOST_OUTCOME_TRY(const auto report, move_whole_log(*connection, file_, limits));
  if (options_.observer != nullptr) {
    options_.observer->on_checkpoint(report);
  }
  return report;
}

Result<VacuumReport> SqliteStore::vacuum(const CallOptions& options) {
  BOOST_OUTCOME_TRY(require_own_process());
  const CallLimits limits{options, options_.max_wait};
  BOOST_OUTCOME_TRY(const auto connection, connect(ConnectionMode::read_write, limits));
  BOOST_OUTCOME_TRY(const auto report, write_anew(*connection, file_, limits));
  machinery_->checkpointer.log_grew_to(connection->wal_bytes());
  return report;
}

Result<StoreStatus> SqliteStore::status(const CallOptions& options) {
  BOOST_OUTCOME_TRY(require_own_process());
  StoreStatus status{
      .engine = std::string{"SQLite "} + sqlite3_libversion(), .file = file_, .wal = options_.wal};
  origin_.describe(file_, status);
  const auto readers = machinery_->readers.use();
  status.readers = readers.size;
  status.readers_in_use = readers.in_use;
  status.reads_waiting = readers.waiting;
  status.writes_waiting = machinery_->writer.waiting();
  status.isolation_alarms = isolation_alarms_.load(std::memory_order_relaxed);
  const auto log = machinery_->checkpointer.progress();
  status.log_bytes = log.log_bytes;
  status.log_tries_in_vain = log.tries_in_vain;
  status.writes_held_by_log = log.held_up;
  const CallLimits limits{options, options_.max_wait};
  if (const auto lease = machinery_->readers.acquire_idle()) {
    const WatchScope watched{lease->connection().watch(), limits,
                             Watch::Budget{limits.deadline(), errc::deadline_exceeded, ""}, true};
    status.pages = read_number(lease->connection(), file_pages_sql);
    status.free_pages = read_number(lease->connection(), free_pages_sql);
  }
  return status;
}

}  // namespace tenancy::inline v0::detail::sqlite
