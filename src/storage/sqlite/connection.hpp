#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <vector>

#include <SQLiteCpp/Database.h>

#include "storage/backend.hpp"
#include "storage/sqlite/statement.hpp"

namespace tenancy::inline v0::detail::sqlite {

enum class ConnectionMode { read_only, read_write };

/// One connection to the store's file with its prepared statements.
///
/// Thread safety: thread-compatible; a pool lends it to one transaction at a time.
class Connection {
 public:
  /// Opens an existing file. Errors: as `to_errc`.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file,
                                                  ConnectionMode mode,
                                                  std::chrono::milliseconds busy_timeout);

  /// The cached statement for a text, not yet bound. When the one in the cache is in use, by an
  /// outer loop over the same list for example, another one is prepared beside it.
  Result<SqliteStatement*> prepare(const StaticSql& sql);

  /// Runs the statements of a migration inside the open transaction. Refused are those that would
  /// end it or nest one, reach other files, change settings or leave temporary objects behind, so
  /// that a step is kept as a whole or not at all; and of the host's, those that would change the
  /// library's tables.
  Result<void> run_script(const std::string& sql, ScriptOwner owner);

  /// Leaves references unchecked until the connection closes; only outside of a transaction.
  Result<void> stop_enforcing_references();
  /// Errors: `reference_violation`, with the table.
  Result<void> check_references();

  /// Whether a transaction is open.
  [[nodiscard]] bool in_transaction() const noexcept;

 private:
  Connection(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout);

  Result<void> configure(ConnectionMode mode);
  Result<void> use_write_ahead_log();
  Result<void> run(const char* sql);

  SQLite::Database database_;
  std::unordered_map<const StaticSql*, std::vector<std::unique_ptr<SqliteStatement>>> statements_;
};

}  // namespace tenancy::inline v0::detail::sqlite
