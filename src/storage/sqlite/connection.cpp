#include "storage/sqlite/connection.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <SQLiteCpp/Exception.h>

#include "storage/sqlite/bounded_functions.hpp"
#include "storage/sqlite/compiled_query.hpp"
#include "storage/sqlite/error.hpp"
#include "storage/sqlite/filter_switch.hpp"
#include "storage/sqlite/query_program.hpp"
#include "storage/sqlite/secret_name.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

// Connections for reading open the file for writing too, since a reader of a WAL file may have to
// recover it; `query_only` is what stops them from changing rows.
constexpr int open_flags(ConnectionMode mode) noexcept {
  return (mode == ConnectionMode::inspection ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
         SQLITE_OPEN_NOMUTEX;
}

constexpr StaticSql journal_mode_sql{"PRAGMA journal_mode = WAL"};

constexpr StaticSql check_references_sql{"PRAGMA foreign_key_check"};

bool is_of_library(const char* name) noexcept {
  return name != nullptr && sqlite3_strnicmp(name, "tenancy_", 8) == 0;
}

bool is_of_quotas(const char* name) noexcept {
  return name != nullptr && (sqlite3_stricmp(name, "tenancy_quotas") == 0 ||
                             sqlite3_stricmp(name, "tenancy_quota_resets") == 0);
}

constexpr StaticSql page_size_sql{"PRAGMA page_size"};

/// Each page in the log has a header of this size.
constexpr std::size_t frame_header_bytes = 24;

/// SQLite's virtual machine looks at the watch after so many of its instructions: some tens of
/// microseconds.
constexpr int progress_interval = 2000;

/// Rows of what a tenant wrote may call functions that take long.
constexpr int confined_progress_interval = 32;

constexpr std::chrono::microseconds first_busy_pause{100};
constexpr std::chrono::microseconds longest_busy_pause{5'000};

/// For what runs before there is a transaction.

Result<std::size_t> read_frame_bytes(Connection& connection) {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection.prepare(page_size_sql));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(lease->step());
  return static_cast<std::size_t>(lease->int64(0).value_or(0)) + frame_header_bytes;
}

/// What a migration must not do, and of the host's, what would touch the library's tables.
bool is_for_scripts(ScriptOwner owner, int action, const char* first, const char* second) noexcept {
  switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_VTABLE:
      return false;
    case SQLITE_READ:
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return true;
    default:
      return owner == ScriptOwner::library || !(is_of_library(first) || is_of_library(second));
  }
}

/// Whether a tenant's statement, or a trigger or view that it runs, reaches into a table.
bool reaches_table(int action) noexcept {
  return action == SQLITE_READ || action == SQLITE_INSERT || action == SQLITE_UPDATE ||
         action == SQLITE_DELETE;
}

/// Foreign keys to the tenants look their ids up.
bool is_reference_to_tenant(int action, const char* table, const char* column) noexcept {
  return action == SQLITE_READ && sqlite3_stricmp(table, "tenancy_tenants") == 0 &&
         sqlite3_stricmp(column, "tenant_id") == 0;
}

Result<void> attach(sqlite3* connection, Watch& watch, const std::filesystem::path& file,
                    const std::string& name) {
  BOOST_OUTCOME_TRY(const auto statement,
                    SqliteStatement::prepare(connection, "ATTACH ?1 AS " + name, watch,
                                             SqliteStatement::Use::once));
  const std::string path = file.string();
  statement->bind_text(1, path);
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, ConnectionMode mode,
                       const ConnectionOptions& options)
    : quota_{mode == ConnectionMode::confined ? std::make_unique<QuotaVfs>() : nullptr},
      database_{std::make_unique<SQLite::Database>(
          mode == ConnectionMode::confined ? ":memory:" : file.string(), open_flags(mode), 0,
          quota_ == nullptr ? "" : quota_->name())},
      statements_{options.statements} {}

Connection::~Connection() {
  if (!watch_.in_same_process()) [[unlikely]] {
    static_cast<void>(database_.release());
    static_cast<void>(quota_.release());
    static_cast<void>(scope_.release());
  }
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     ConnectionMode mode,
                                                     const ConnectionOptions& options,
                                                     const CallLimits& limits) {
  try {
    std::unique_ptr<Connection> connection{new Connection{file, mode, options}};
    const WatchScope watched{connection->watch_, limits, Watch::unlimited, false};
    BOOST_OUTCOME_TRY(connection->configure(mode, options));
    return connection;
  } catch (const SQLite::Exception& failure) {
    return to_error(failure.getExtendedErrorCode(), nullptr, "opening " + file.string());
  }
}

Result<std::unique_ptr<Connection>> Connection::open_confined(const std::filesystem::path& file,
                                                              const ConnectionOptions& options,
                                                              const Confinement& confinement,
                                                              const CallLimits& limits) {
  try {
    std::unique_ptr<Connection> connection{new Connection{file, ConnectionMode::confined, options}};
    const WatchScope watched{connection->watch_, limits, Watch::unlimited, false};
    BOOST_OUTCOME_TRY(connection->confine(file, options, confinement));
    return connection;
  } catch (const SQLite::Exception& failure) {
    return to_error(failure.getExtendedErrorCode(), nullptr, "opening " + file.string());
  }
}

Result<void> Connection::confine(const std::filesystem::path& file,
                                 const ConnectionOptions& options, const Confinement& confinement) {
  BOOST_OUTCOME_TRY(configure(ConnectionMode::confined, options));
  auto scope = std::make_unique<RowScope>(confinement.schema, secret_name("s"), secret_name("f"));
  BOOST_OUTCOME_TRY(attach(handle(), watch_, file, scope->base()));
  // Each sorter holds as much in memory as the empty main database may, or 250 of its pages.
  BOOST_OUTCOME_TRY(
      run(("PRAGMA main.page_size = " + std::to_string(sorter_page_bytes) +
           "; PRAGMA main.cache_size = -" + std::to_string(sorter_cache_bytes / 1024) +
           "; PRAGMA " + scope->base() + ".cache_size = -" +
           std::to_string(options.page_cache_bytes / 1024) + "; PRAGMA temp_store = FILE")
              .c_str()));
  // Values of parameters do not choose a plan, which would have a query compiled anew as it runs.
  if (const int code = sqlite3_db_config(handle(), SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
      code != SQLITE_OK) {
    return to_error(code, handle(), "confining a connection");
  }
  // A filter is filled with the rows of all tenants, and SQLite 3.40 puts wrong values of generated
  // columns into it.
  sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, handle(), bloom_filters);
  // Elsewhere they are looked for, and refused, in each query that is compiled.
  scope->set_knows_engine(knows_filter_switch(confinement.engine));
  BOOST_OUTCOME_TRY(install_bounded_functions(handle(), watch_));
  BOOST_OUTCOME_TRY(scope->install(handle()));
  BOOST_OUTCOME_TRY(run("PRAGMA query_only = ON"));
  limit_queries(handle(), confinement.options);
  sqlite3_progress_handler(handle(), confined_progress_interval, &on_progress, this);
  scope_ = std::move(scope);
  return success();
}

Result<void> Connection::configure(ConnectionMode mode, const ConnectionOptions& options) {
  sqlite3* const handle = database_->getHandle();
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_handler(handle, &on_busy, this);
  sqlite3_set_authorizer(handle, &authorize, this);
  sqlite3_progress_handler(handle, progress_interval, &on_progress, this);
  // Strings in double quotes that name no column would silently become texts; functions of views
  // and triggers run with the connection's rights; schema tables could be edited.
  const std::array<std::pair<int, int>, 5> settings{{
      {SQLITE_DBCONFIG_DQS_DML, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, options.checkpoints_at_close ? 0 : 1},
  }};
  for (const auto& [setting, value] : settings) {
    if (const int code = sqlite3_db_config(handle, setting, value, nullptr); code != SQLITE_OK) {
      return to_error(code, handle, "configuring a connection");
    }
  }
  // First, since switching the log on is a write as well.
  BOOST_OUTCOME_TRY(run(options.durability == Durability::full ? "PRAGMA synchronous = FULL"
                                                               : "PRAGMA synchronous = OFF"));
  if (mode != ConnectionMode::inspection && mode != ConnectionMode::confined) {
    BOOST_OUTCOME_TRY(use_write_ahead_log());
  }
  BOOST_OUTCOME_TRY(run("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"));
  // A negative number counts kibibytes.
  BOOST_OUTCOME_TRY(
      run(("PRAGMA cache_size = -" + std::to_string(options.page_cache_bytes / 1024)).c_str()));
  if (mode == ConnectionMode::confined) {
    // Before it is closed to changes it gets its views.
    return success();
  }
  if (mode != ConnectionMode::read_write) {
    BOOST_OUTCOME_TRY(run("PRAGMA query_only = ON;"));
  }
  BOOST_OUTCOME_TRY(frame_bytes_, read_frame_bytes(*this));
  // In the place of SQLite's own hook, which moves the log within a commit.
  sqlite3_wal_hook(handle, &on_commit, this);
  return success();
}

int Connection::on_busy(void* connection, int attempts) noexcept {
  Watch& watch = static_cast<Connection*>(connection)->watch_;
  const CallLimits* const limits = watch.limits();
  if (limits == nullptr || limits->stop().stop_requested()) {
    return 0;
  }
  const auto now = CallLimits::Clock::now();
  if (now >= limits->wait_until()) {
    return 0;
  }
  watch.count_busy_retry();
  // There is nobody to be woken by: whoever holds the lock may be another process.
  const auto pause = std::min<CallLimits::Clock::duration>(
      first_busy_pause * (1U << static_cast<unsigned>(std::min(attempts, 6))), longest_busy_pause);
  std::this_thread::sleep_for(std::min(pause, limits->wait_until() - now));
  return 1;
}

/// Asked whenever SQLite compiles a statement, also anew after the schema changed.
int Connection::authorize(void* connection, int action, const char* first, const char* second,
                          const char* database, const char* cause) noexcept {
  auto& self = *static_cast<Connection*>(connection);
  if (self.scope_ != nullptr) {
    return self.control_tables_ == ControlTables::all ||
                   self.scope_->allows(action, first, second, database, cause)
               ? SQLITE_OK
               : SQLITE_DENY;
  }
  if (self.script_ != nullptr) {
    return is_for_scripts(*self.script_, action, first, second) ? SQLITE_OK : SQLITE_DENY;
  }
  if (!reaches_table(action)) {
    return SQLITE_OK;
  }
  self.has_seen_triggers_ = self.has_seen_triggers_ || cause != nullptr;
  const bool is_let =
      self.control_tables_ == ControlTables::all ||
      (self.control_tables_ == ControlTables::quotas && cause == nullptr && is_of_quotas(first)) ||
      is_reference_to_tenant(action, first, second);
  const bool is_refused = is_of_library(first) && !is_let;
  return is_refused ? SQLITE_DENY : SQLITE_OK;
}

int Connection::on_progress(void* connection) noexcept {
  return static_cast<Connection*>(connection)->watch_.stops_statement() ? 1 : 0;
}

int Connection::on_commit(void* connection, sqlite3* /*handle*/, const char* /*database*/,
                          int frames) noexcept {
  static_cast<Connection*>(connection)->wal_frames_ = static_cast<std::size_t>(frames);
  return SQLITE_OK;
}

/// SQLite answers with the mode it is in, not with an error, where the file cannot have the log.
Result<void> Connection::use_write_ahead_log() {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, prepare(journal_mode_sql));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(const bool answered, lease->step());
  if (!answered || lease->text(0) != "wal") {
    return Error{errc::cannot_open,
                 "the database cannot use a write-ahead log: is it on a network filesystem or a "
                 "read-only medium?"};
  }
  return success();
}

Result<SqliteStatement*> Connection::prepare(const StaticSql& sql) {
  SqliteStatement* statement = statements_.find_free(sql);
  if (statement == nullptr) {
    BOOST_OUTCOME_TRY(auto prepared, SqliteStatement::prepare(handle(), sql.text, watch_));
    statement = &statements_.keep(sql, std::move(prepared));
  }
  BOOST_OUTCOME_TRY(watch_.admit());
  statement->take();
  return statement;
}

Result<SqliteStatement*> Connection::prepare(const ShapedSql& sql) {
  SqliteStatement* statement = statements_.find_free(sql);
  if (statement == nullptr) {
    BOOST_OUTCOME_TRY(auto prepared, SqliteStatement::prepare(handle(), sql.write(), watch_));
    statement = &statements_.keep(sql, std::move(prepared));
  }
  BOOST_OUTCOME_TRY(watch_.admit());
  statement->take();
  return statement;
}

Result<SqliteStatement*> Connection::prepare_query(std::string_view text) {
  const auto write = [&] { return std::string{text}; };
  const ShapedSql shape{text, write};
  SqliteStatement* statement = statements_.find_free(shape);
  if (statement == nullptr) {
    BOOST_OUTCOME_TRY(auto prepared, compile_query(handle(), text, *scope_, watch_));
    statement = &statements_.keep(shape, std::move(prepared));
  }
  BOOST_OUTCOME_TRY(watch_.admit());
  statement->take();
  scope_->begin(statement->facts()->traits);
  return statement;
}

Result<void> Connection::run(const StaticSql& sql) {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, prepare(sql));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(lease->step());
  return success();
}

Result<void> Connection::run_script(const std::string& sql, ScriptOwner owner) {
  if (sql.find('\0') != std::string::npos) {
    return Error{errc::invalid_argument, "a script holds a NUL character"};
  }
  BOOST_OUTCOME_TRY(watch_.admit());
  // It may be stopped in its middle: nobody shares its transaction.
  watch_.enter(false);
  script_ = &owner;
  auto outcome = run(sql.c_str());
  script_ = nullptr;
  if (!outcome && watch_.stopped()) {
    return watch_.reason();
  }
  return outcome;
}

Result<void> Connection::stop_enforcing_references() { return run("PRAGMA foreign_keys = OFF"); }

Result<void> Connection::check_references() {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, prepare(check_references_sql));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(const bool broken, lease->step());
  if (broken) {
    return Error{errc::reference_violation, "rows of " +
                                                std::string{lease->text(0).value_or("a table")} +
                                                " refer to rows that do not exist"};
  }
  return success();
}

Result<void> Connection::run(const char* sql) {
  sqlite3* const handle = database_->getHandle();
  if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return to_error(sqlite3_extended_errcode(handle), handle, "running a script");
  }
  return success();
}

bool Connection::has_broken_references() const noexcept {
  int broken = 0;
  int ignored = 0;
  sqlite3_db_status(handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &ignored, 0);
  return broken != 0;
}

std::int64_t Connection::total_changes() const noexcept {
  return sqlite3_total_changes64(handle());
}

std::uint32_t Connection::data_version() const noexcept {
  std::uint32_t version = 0;
  // Without a name it is the main database.
  sqlite3_file_control(handle(), scope_ == nullptr ? nullptr : scope_->base().c_str(),
                       SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

}  // namespace tenancy::inline v0::detail::sqlite
