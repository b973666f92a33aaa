#include "storage/sqlite/connection.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <SQLiteCpp/Exception.h>

#include "storage/sqlite/error.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

// Connections for reading open the file for writing too, since a reader of a WAL file may have to
// recover it; `query_only` is what stops them from changing rows.
constexpr int open_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

constexpr StaticSql journal_mode_sql{"PRAGMA journal_mode = WAL"};

constexpr StaticSql check_references_sql{"PRAGMA foreign_key_check"};

bool is_of_library(const char* name) noexcept {
  return name != nullptr && sqlite3_strnicmp(name, "tenancy_", 8) == 0;
}

/// Refuses what a migration must not do, for as long as it lives.
class ScriptGuard {
 public:
  ScriptGuard(sqlite3* connection, ScriptOwner owner) noexcept
      : connection_{connection}, owner_{owner} {
    sqlite3_set_authorizer(connection_, &authorize, this);
  }
  ScriptGuard(const ScriptGuard&) = delete;
  ScriptGuard& operator=(const ScriptGuard&) = delete;
  ~ScriptGuard() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }

 private:
  static int authorize(void* guard, int action, const char* first, const char* second,
                       const char* /*database*/, const char* /*trigger*/) noexcept {
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
        return SQLITE_DENY;
      case SQLITE_READ:
      case SQLITE_SELECT:
      case SQLITE_FUNCTION:
      case SQLITE_RECURSIVE:
        return SQLITE_OK;
      default:
        break;
    }
    const bool touches_library = is_of_library(first) || is_of_library(second);
    const bool is_host = static_cast<const ScriptGuard*>(guard)->owner_ == ScriptOwner::host;
    return touches_library && is_host ? SQLITE_DENY : SQLITE_OK;
  }

  sqlite3* connection_;
  ScriptOwner owner_;
};

}  // namespace

Connection::Connection(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout)
    : database_{file.string(), open_flags, static_cast<int>(busy_timeout.count())} {}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     ConnectionMode mode,
                                                     std::chrono::milliseconds busy_timeout) {
  try {
    std::unique_ptr<Connection> connection{new Connection{file, busy_timeout}};
    BOOST_OUTCOME_TRY(connection->configure(mode));
    return connection;
  } catch (const SQLite::Exception& failure) {
    return to_error(failure.getExtendedErrorCode(), nullptr, "opening " + file.string());
  }
}

Result<void> Connection::configure(ConnectionMode mode) {
  sqlite3* const handle = database_.getHandle();
  sqlite3_extended_result_codes(handle, 1);
  // Strings in double quotes that name no column would silently become texts; functions of views
  // and triggers run with the connection's rights; schema tables could be edited.
  constexpr std::array<std::pair<int, int>, 4> settings{{
      {SQLITE_DBCONFIG_DQS_DML, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
  }};
  for (const auto& [setting, value] : settings) {
    if (const int code = sqlite3_db_config(handle, setting, value, nullptr); code != SQLITE_OK) {
      return to_error(code, handle, "configuring a connection");
    }
  }
  BOOST_OUTCOME_TRY(use_write_ahead_log());
  BOOST_OUTCOME_TRY(
      run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
          "PRAGMA temp_store = MEMORY;"));
  if (mode == ConnectionMode::read_only) {
    BOOST_OUTCOME_TRY(run("PRAGMA query_only = ON;"));
  }
  return success();
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
  auto& candidates = statements_[&sql];
  const auto is_free = [](const auto& statement) { return !statement->in_use(); };
  if (const auto found = std::ranges::find_if(candidates, is_free); found != candidates.end()) {
    (*found)->take();
    return found->get();
  }
  BOOST_OUTCOME_TRY(auto statement, SqliteStatement::prepare(database_.getHandle(), sql.text));
  statement->take();
  return candidates.emplace_back(std::move(statement)).get();
}

Result<void> Connection::run_script(const std::string& sql, ScriptOwner owner) {
  if (sql.find('\0') != std::string::npos) {
    return Error{errc::invalid_argument, "a script holds a NUL character"};
  }
  const ScriptGuard guard{database_.getHandle(), owner};
  return run(sql.c_str());
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
  sqlite3* const handle = database_.getHandle();
  if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return to_error(sqlite3_extended_errcode(handle), handle, "running a script");
  }
  return success();
}

bool Connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

}  // namespace tenancy::inline v0::detail::sqlite
