#include "storage/sqlite/sqlite_store.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "core/context_mint.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/database_file.hpp"
#include "storage/sqlite/transaction.hpp"
#include "storage/tenant_gate.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::size_t max_readers = 64;

/// What the gate found must be what the context was made from.
Result<void> pass_gate(Connection& connection, const TenantContext& context) {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection.prepare(tenant_gate_sql));
  const StatementLease lease{*statement};
  lease->bind_int64(1, context.tenant().value());
  BOOST_OUTCOME_TRY(const bool admitted, lease->step());
  if (!admitted || lease->int64(0) != context.epoch()) {
    return Error{errc::tenant_not_active,
                 "tenant " + context.tenant().to_string() +
                     " is not active, or its status changed since this context was made"};
  }
  return success();
}

/// Nothing to prepare.
Result<void> as_it_is(ConnectionPool::Lease& /*lease*/) { return success(); }

class TenantSession final : public Session {
 public:
  TenantSession(const SqliteStore& store, ConnectionPool::Lease& lease,
                const TenantContext& context) noexcept
      : Session{context}, store_{store}, lease_{lease} {}

  Result<StatementLease> prepare(const StaticSql& sql) override {
    if (poisoned_) {
      return poisoned_error();
    }
    // Outside of a transaction the statement would commit by itself.
    if (!lease_.connection().in_transaction()) {
      return Error{errc::transaction_lost, "SQLite ended the transaction after a failed statement"};
    }
    BOOST_OUTCOME_TRY(SqliteStatement* const statement, lease_.connection().prepare(sql));
    StatementLease lease{*statement};
    if (!statement->takes_tenant()) {
      return Error{errc::internal,
                   "a statement without the tenant as ?1: '" + std::string{sql.text} + "'"};
    }
    statement->bind_int64(1, tenant_value());
    return lease;
  }

  [[nodiscard]] Timestamp now() const noexcept override { return store_.clock().now(); }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return store_.keys(); }

  Error report_foreign_row(const StaticSql& sql) override {
    poisoned_ = true;
    lease_.poison();
    if (StoreObserver* const observer = store_.observer()) {
      observer->on_isolation_alarm(IsolationAlarm{context().tenant(), sql.text});
    }
    return poisoned_error();
  }

  [[nodiscard]] bool poisoned() const noexcept { return poisoned_; }
  static Error poisoned_error() {
    return Error{errc::isolation_violation,
                 "a row of another tenant came back; the transaction was rolled back"};
  }

 private:
  const SqliteStore& store_;
  ConnectionPool::Lease& lease_;
  bool poisoned_ = false;
};

class PlainControlSession final : public ControlSession {
 public:
  PlainControlSession(const SqliteStore& store, Connection& connection) noexcept
      : store_{store}, connection_{connection} {}

  Result<StatementLease> prepare(const StaticSql& sql) override {
    BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection_.prepare(sql));
    return StatementLease{*statement};
  }
  Result<void> run_script(std::string_view sql, ScriptOwner owner) override {
    return connection_.run_script(std::string{sql}, owner);
  }
  [[nodiscard]] Timestamp now() const noexcept override { return store_.clock().now(); }

 private:
  const SqliteStore& store_;
  Connection& connection_;
};

}  // namespace

/// Marks the thread that holds the writer, for as long as it does.
class SqliteStore::WriterMark {
 public:
  explicit WriterMark(std::atomic<std::thread::id>& writer) noexcept : writer_{writer} {
    writer_.store(std::this_thread::get_id());
  }
  WriterMark(const WriterMark&) = delete;
  WriterMark& operator=(const WriterMark&) = delete;
  ~WriterMark() { writer_.store(std::thread::id{}); }

 private:
  std::atomic<std::thread::id>& writer_;
};

/// Tells the observer what a tenant's transaction cost once its connection is given back, however
/// the transaction ends.
class SqliteStore::Report {
 public:
  Report(StoreObserver* observer, TransactionKind kind, TenantId tenant) noexcept
      : observer_{observer}, report_{kind, tenant, false, {}, {}, 0} {
    if (observer_ != nullptr) {
      last_ = Steady::now();
    }
  }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report() {
    if (observer_ != nullptr) {
      report_.held = lap();
      observer_->on_transaction(report_);
    }
  }

  void connected() noexcept {
    if (observer_ != nullptr) {
      report_.waited = lap();
    }
  }
  void committed() noexcept { report_.committed = true; }

 private:
  using Steady = std::chrono::steady_clock;

  Steady::duration lap() noexcept {
    const auto now = Steady::now();
    return now - std::exchange(last_, now);
  }

  StoreObserver* observer_;
  TransactionReport report_;
  Steady::time_point last_;
};

SqliteStore::SqliteStore(Location location, const KeyRing& keys, StoreOptions options)
    : location_{std::move(location)},
      keys_{keys},
      options_{std::move(options)},
      readers_{options_.readers, options_.max_wait,
               [this] {
                 return Connection::open(location_.file, ConnectionMode::read_only,
                                         options_.max_wait);
               }},
      writers_{1, options_.max_wait, [this] {
                 return Connection::open(location_.file, ConnectionMode::read_write,
                                         options_.max_wait);
               }} {}

Result<std::shared_ptr<SqliteStore>> SqliteStore::open(Location location, const KeyRing& keys,
                                                       StoreOptions options) {
  if (options.readers < 1 || options.readers > max_readers) {
    return Error{errc::invalid_argument, "a store has 1 to 64 readers"};
  }
  if (options.max_wait.count() < 1 || options.max_wait > std::chrono::hours{1}) {
    return Error{errc::invalid_argument, "the longest wait is 1 millisecond to 1 hour"};
  }
  if (options.clock == nullptr) {
    options.clock = std::make_shared<SystemClock>();
  }
  BOOST_OUTCOME_TRY(create_database_file(location.file));
  std::shared_ptr<SqliteStore> store{
      new SqliteStore{std::move(location), keys, std::move(options)}};
  // So that what is wrong with the file shows here and not in the first transaction.
  BOOST_OUTCOME_TRY(store->writers_.acquire());
  BOOST_OUTCOME_TRY(store->readers_.acquire());
  return store;
}

Result<void> SqliteStore::read(const TenantContext& context, TenantBody body) {
  return tenant_transaction(TransactionKind::read, context, body);
}

Result<void> SqliteStore::write(const TenantContext& context, TenantBody body) {
  if (!context.allows(Scope::write)) {
    return Error{errc::access_denied, "the context allows reading only"};
  }
  return tenant_transaction(TransactionKind::write, context, body);
}

Result<void> SqliteStore::control_read(ControlBody body) {
  return control_transaction(TransactionKind::read, body);
}

Result<void> SqliteStore::control_write(ControlBody body) {
  return control_transaction(TransactionKind::write, body);
}

Result<void> SqliteStore::transact(TransactionKind kind, Prepare prepare, Body body) {
  const bool writes = kind == TransactionKind::write;
  if (writes && writer_.load() == std::this_thread::get_id()) {
    return Error{errc::nested_write,
                 "a write inside another write of this thread: use the outer transaction"};
  }
  BOOST_OUTCOME_TRY(auto lease, (writes ? writers_ : readers_).acquire());
  std::optional<WriterMark> mark;
  if (writes) {
    mark.emplace(writer_);
  }
  BOOST_OUTCOME_TRY(prepare(lease));
  BOOST_OUTCOME_TRY(auto transaction, Transaction::begin(lease, kind));
  BOOST_OUTCOME_TRY(const bool commit, body(lease));
  if (!commit) {
    return success();
  }
  return transaction.commit();
}

Result<void> SqliteStore::tenant_transaction(TransactionKind kind, const TenantContext& context,
                                             TenantBody body) {
  if (ContextMint::realm(context) != realm_) {
    return Error{errc::foreign_context, "the context was made by another store"};
  }
  Report report{observer(), kind, context.tenant()};
  bool commits = false;
  auto outcome = transact(kind, &as_it_is, [&](ConnectionPool::Lease& lease) -> Result<bool> {
    report.connected();
    BOOST_OUTCOME_TRY(pass_gate(lease.connection(), context));
    TenantSession session{*this, lease, context};
    commits = body(session);
    if (session.poisoned()) {
      return TenantSession::poisoned_error();
    }
    return commits;
  });
  if (outcome && commits) {
    report.committed();
  }
  return outcome;
}

Result<void> SqliteStore::control_transaction(TransactionKind kind, ControlBody body) {
  return transact(kind, &as_it_is, [&](ConnectionPool::Lease& lease) -> Result<bool> {
    PlainControlSession session{*this, lease.connection()};
    return body(session);
  });
}

Result<void> SqliteStore::schema_change(ControlBody body) {
  const auto prepare = [](ConnectionPool::Lease& lease) {
    // Whatever scripts leave behind on the connection ends with it.
    lease.poison();
    return lease.connection().stop_enforcing_references();
  };
  return transact(TransactionKind::write, prepare,
                  [&](ConnectionPool::Lease& lease) -> Result<bool> {
                    PlainControlSession session{*this, lease.connection()};
                    const bool commits = body(session);
                    if (commits) {
                      BOOST_OUTCOME_TRY(lease.connection().check_references());
                    }
                    return commits;
                  });
}

Result<BackupReport> SqliteStore::backup(const std::filesystem::path& target,
                                         const BackupOptions& options) {
  return write_backup(location_.file, target, options, options_.max_wait);
}

}  // namespace tenancy::inline v0::detail::sqlite
