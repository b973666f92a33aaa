#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include "tenancy/storage/detail/scoped_schema.hpp"

#include "storage/backend.hpp"
#include "storage/call_limits.hpp"
#include "storage/sqlite/admissions.hpp"
#include "storage/sqlite/durability.hpp"
#include "storage/sqlite/quota_vfs.hpp"
#include "storage/sqlite/row_scope.hpp"
#include "storage/sqlite/statement.hpp"
#include "storage/sqlite/watch.hpp"
#include "storage/statement_cache.hpp"

namespace tenancy::inline v0::detail::sqlite {

enum class ConnectionMode {
  read_write,
  read_only,   ///< Changes no row; may recover the log and switch it on.
  inspection,  ///< Has the file open for reading alone.
  confined,    ///< As `read_only`, for queries that tenants write.
};

/// Which of the library's own tables statements may reach.
enum class ControlTables {
  none,
  quotas,  ///< Those of quotas, which tenants' transactions work on.
  all,
};

/// What connections to one file have in common.
struct ConnectionOptions {
  std::size_t statements = 256;
  std::size_t page_cache_bytes = std::size_t{8} << 20U;
  /// Whether the last one to close moves the write-ahead log into the database.
  bool checkpoints_at_close = true;
  Durability durability = Durability::full;
};

/// What a confined connection lets queries see and take.
struct Confinement {
  std::shared_ptr<const ScopedSchema> schema;
  ScopedSqlOptions options;
  int engine = sqlite3_libversion_number();  ///< The version that SQLite is taken for.
};

/// One connection to the store's file with its prepared statements.
///
/// Thread safety: thread-compatible; it serves one transaction at a time.
class Connection {
 public:
  /// Opens an existing file. Errors: as `to_errc`; `busy` when the limits end a wait.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file,
                                                  ConnectionMode mode,
                                                  const ConnectionOptions& options,
                                                  const CallLimits& limits);
  /// A confined one. Errors: the same.
  static Result<std::unique_ptr<Connection>> open_confined(const std::filesystem::path& file,
                                                           const ConnectionOptions& options,
                                                           const Confinement& confinement,
                                                           const CallLimits& limits);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  /// Closes it; in a process that was forked off from the one that opened it, it is left as it is.
  ~Connection();

  /// The cached statement for a text, not yet bound. When the one in the cache is in use, by an
  /// outer loop over the same list for example, another one is prepared beside it.
  /// Errors: beside SQLite's, those of the watch.
  Result<SqliteStatement*> prepare(const StaticSql& sql);
  Result<SqliteStatement*> prepare(const ShapedSql& sql);

  /// The statement for a text that a tenant wrote, on a confined connection: one query that reads.
  /// Errors: `invalid_query`, `query_refused`, `query_limit_exceeded`; those of the watch.
  Result<SqliteStatement*> prepare_query(std::string_view text);

  /// The same where nothing is to be done for it but to take it, and nullptr otherwise, for
  /// whatever reason.
  template <class Sql>
  [[nodiscard]] SqliteStatement* take_ready(const Sql& sql) noexcept {
    SqliteStatement* const statement = statements_.find_free(sql);
    if (statement == nullptr || !watch_.admits()) [[unlikely]] {
      return nullptr;
    }
    statement->take();
    return statement;
  }

  /// Prepares and runs a text that gives no rows.
  Result<void> run(const StaticSql& sql);

  /// Runs the statements of a migration inside the open transaction. Refused are those that would
  /// end it or nest one, reach other files, change settings or leave temporary objects behind, so
  /// that a step is kept as a whole or not at all; and of the host's, those that would change the
  /// library's tables.
  Result<void> run_script(const std::string& sql, ScriptOwner owner);

  /// Leaves references unchecked until the connection closes; only outside of a transaction.
  Result<void> stop_enforcing_references();
  /// Errors: `reference_violation`, with the table.
  Result<void> check_references();
  /// Whether references that are checked at the end of the transaction do not hold now.
  [[nodiscard]] bool has_broken_references() const noexcept;

  /// Whether a transaction is open that was begun by a statement of its own.
  [[nodiscard]] bool in_transaction() const noexcept {
    return sqlite3_get_autocommit(database_->getHandle()) == 0;
  }
  /// Whether a statement has begun that has not ended, in such a transaction or by itself.
  [[nodiscard]] bool is_reading() const noexcept {
    return sqlite3_txn_state(handle(), nullptr) != SQLITE_TXN_NONE;
  }
  /// A statement that has not ended, and is not to, keeps the view that it began with.
  void keep_view(bool kept) noexcept { keeps_view_ = kept; }
  /// Whether all statements have the same view of the database, in such a transaction or thanks to
  /// such a statement.
  [[nodiscard]] bool has_view() const noexcept {
    return in_transaction() || (keeps_view_ && is_reading());
  }
  /// Rows that statements touched since the connection was opened.
  [[nodiscard]] std::int64_t total_changes() const noexcept;

  /// Changes with every commit, of this connection or another; read within a transaction, it
  /// belongs to the transaction's snapshot.
  [[nodiscard]] std::uint32_t data_version() const noexcept;

  /// The write-ahead log's size after this connection's last commit.
  [[nodiscard]] std::size_t wal_bytes() const noexcept { return wal_frames_ * frame_bytes_; }
  /// What each page takes there.
  [[nodiscard]] std::size_t frame_bytes() const noexcept { return frame_bytes_; }

  /// The connection is not to be used again by anyone.
  void poison() noexcept { poisoned_ = true; }
  /// A file does not go away.
  [[nodiscard]] static constexpr bool is_alive(const CallLimits& /*limits*/) noexcept {
    return true;
  }
  [[nodiscard]] bool in_same_process() const noexcept { return watch_.in_same_process(); }
  [[nodiscard]] bool poisoned() const noexcept { return poisoned_ || watch_.is_broken(); }

  /// What confines queries; null unless the connection is a confined one.
  [[nodiscard]] RowScope* scope() noexcept { return scope_.get(); }
  [[nodiscard]] QuotaVfs* quota() noexcept { return quota_.get(); }

  /// Which of the library's own tables statements may reach; none, unless they are let. On a
  /// confined connection nothing is confined when it is all of them.
  void let_control_tables(ControlTables tables) noexcept { control_tables_ = tables; }
  /// Whether a statement of a tenant's runs triggers, as far as has been seen.
  [[nodiscard]] bool has_seen_triggers() const noexcept { return has_seen_triggers_; }

  [[nodiscard]] Watch& watch() noexcept { return watch_; }
  [[nodiscard]] Admissions& admissions() noexcept { return admissions_; }
  [[nodiscard]] const StatementCache<SqliteStatement>& statements() const noexcept {
    return statements_;
  }
  [[nodiscard]] sqlite3* handle() const noexcept { return database_->getHandle(); }

 private:
  Connection(const std::filesystem::path& file, ConnectionMode mode,
             const ConnectionOptions& options);

  Result<void> confine(const std::filesystem::path& file, const ConnectionOptions& options,
                       const Confinement& confinement);
  Result<void> configure(ConnectionMode mode, const ConnectionOptions& options);
  Result<void> use_write_ahead_log();
  Result<void> run(const char* sql);

  static int on_busy(void* connection, int attempts) noexcept;
  static int authorize(void* connection, int action, const char* first, const char* second,
                       const char* database, const char* cause) noexcept;
  static int on_progress(void* connection) noexcept;
  static int on_commit(void* connection, sqlite3* handle, const char* database,
                       int frames) noexcept;

  // Before the database, which uses it.
  std::unique_ptr<QuotaVfs> quota_;
  std::unique_ptr<SQLite::Database> database_;
  Watch watch_;
  std::unique_ptr<RowScope> scope_;
  Admissions admissions_;
  StatementCache<SqliteStatement> statements_;
  std::size_t wal_frames_ = 0;
  std::size_t frame_bytes_ = 0;
  bool poisoned_ = false;
  bool keeps_view_ = false;
  ControlTables control_tables_ = ControlTables::none;
  bool has_seen_triggers_ = false;
  const ScriptOwner* script_ = nullptr;  ///< Whose script runs, if any.
};

/// Lets a connection's statements reach the library's own tables for as long as it lives.
class ControlAccess {
 public:
  explicit ControlAccess(Connection& connection) noexcept : connection_{connection} {
    connection_.let_control_tables(ControlTables::all);
  }
  ControlAccess(const ControlAccess&) = delete;
  ControlAccess& operator=(const ControlAccess&) = delete;
  ~ControlAccess() { connection_.let_control_tables(ControlTables::none); }

 private:
  Connection& connection_;
};

/// The same for the tables of quotas alone, and not for triggers and views.
class QuotaAccess {
 public:
  explicit QuotaAccess(Connection& connection) noexcept : connection_{connection} {
    connection_.let_control_tables(ControlTables::quotas);
  }
  QuotaAccess(const QuotaAccess&) = delete;
  QuotaAccess& operator=(const QuotaAccess&) = delete;
  ~QuotaAccess() { connection_.let_control_tables(ControlTables::none); }

 private:
  Connection& connection_;
};

}  // namespace tenancy::inline v0::detail::sqlite
