#include "storage/sqlite/backup_check.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>

#include <sodium.h>
#include <sqlite3.h>

#include "core/random.hpp"
#include "storage/sqlite/error.hpp"
#include "storage/sqlite/identity.hpp"
#include "storage/sqlite/job_connection.hpp"
#include "storage/sqlite/structure_check.hpp"
#include "storage/sqlite_silo/silo_backup.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::uintmax_t smallest_page = 512;

constexpr std::chrono::milliseconds nobody_else{0};

/// The file behind all symbolic links, once it is a regular one that means something by itself.
Result<std::filesystem::path> resolve(const std::filesystem::path& file) {
  if (file.native().find('\0') != std::string::npos) {
    return Error{errc::cannot_open, "the path holds a NUL character"};
  }
  std::error_code failure;
  auto resolved = std::filesystem::canonical(file, failure);
  if (failure) {
    return Error{errc::cannot_open, file.string() + ": " + failure.message()};
  }
  if (!std::filesystem::is_regular_file(resolved, failure)) {
    return Error{errc::cannot_open, file.string() + " is not a regular file"};
  }
  for (const std::string_view suffix : {"-wal", "-journal"}) {
    const std::string beside = resolved.string() + std::string{suffix};
    if (std::filesystem::exists(std::filesystem::symlink_status(beside, failure))) {
      return Error{errc::cannot_open, beside +
                                          " stands beside the file, which is in use or was not "
                                          "closed: a backup is one file"};
    }
  }
  return resolved;
}

/// Whether it is this library's, told before anything that takes long.
Result<void> check_identity(JobConnection& connection, const std::filesystem::path& file) {
  BOOST_OUTCOME_TRY(const auto id, connection.number("PRAGMA application_id"));
  BOOST_OUTCOME_TRY(const auto tables,
                    connection.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
                                      "name IN ('tenancy_tenants', 'tenancy_migrations')"));
  if (id != application_id || tables != 2) {
    return Error{errc::foreign_store, file.string() + " is another application's database"};
  }
  return success();
}

/// The file's size, which must be that of its pages, and its digest.
Result<void> measure(JobConnection& connection, const std::filesystem::path& file, JobWatch& watch,
                     BackupReport& report) {
  BOOST_OUTCOME_TRY(const auto pages, connection.number("PRAGMA page_count"));
  BOOST_OUTCOME_TRY(const auto page_size, connection.number("PRAGMA page_size"));
  sqlite3_file& bytes = connection.file();
  sqlite3_int64 size = 0;
  if (const int code = bytes.pMethods->xFileSize(&bytes, &size); code != SQLITE_OK) {
    return connection.failure(code, "measuring " + file.string());
  }
  if (size != pages * page_size) {
    return corrupt_file(file, "the file is larger or smaller than its pages");
  }

  ensure_sodium();
  crypto_generichash_state state;
  constexpr std::size_t digest_size = 32;
  crypto_generichash_init(&state, nullptr, 0, digest_size);
  std::vector<unsigned char> part(std::size_t{1} << 18U);
  for (sqlite3_int64 at = 0; at < size;) {
    BOOST_OUTCOME_TRY(watch.check());
    const auto length = std::min<sqlite3_int64>(size - at, static_cast<sqlite3_int64>(part.size()));
    if (const int code = bytes.pMethods->xRead(&bytes, part.data(), static_cast<int>(length), at);
        code != SQLITE_OK) {
      return connection.failure(code, "reading " + file.string());
    }
    crypto_generichash_update(&state, part.data(), static_cast<unsigned long long>(length));
    at += length;
  }
  std::array<unsigned char, digest_size> digest{};
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::array<char, digest_size * 2 + 1> text{};
  report.digest = sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  report.bytes = static_cast<std::uint64_t>(size);
  report.pages = static_cast<std::uint64_t>(pages);
  return success();
}

Result<void> count(JobConnection& connection, BackupReport& report) {
  // Those that are erased have no file of their own. Older stores know none.
  BOOST_OUTCOME_TRY(const auto knows_erased,
                    connection.number("SELECT count(*) FROM pragma_table_info('tenancy_tenants') "
                                      "WHERE name = 'erased_at'"));
  BOOST_OUTCOME_TRY(
      const auto tenants,
      connection.number(knows_erased != 0
                            ? "SELECT count(*) FROM tenancy_tenants WHERE erased_at IS NULL"
                            : "SELECT count(*) FROM tenancy_tenants"));
  report.tenants = static_cast<std::uint64_t>(tenants);
  const auto add = [&](sqlite3_stmt* row) {
    report.schema.push_back({text_of(row, 0), sqlite3_column_int64(row, 1)});
    return true;
  };
  return connection.run(
      "SELECT component, max(version) FROM tenancy_migrations GROUP BY component ORDER BY "
      "component",
      add);
}

}  // namespace

Result<BackupReport> check_backup(const std::filesystem::path& file, JobWatch& watch) {
  const auto begun = CallOptions::Clock::now();
  BOOST_OUTCOME_TRY(watch.check());
  BOOST_OUTCOME_TRY(const auto resolved, resolve(file));
  // SQLite takes a file without a whole header for an empty database.
  std::error_code failure;
  if (std::filesystem::file_size(resolved, failure) < smallest_page) {
    return corrupt_file(file, "the file is too short for a database");
  }
  BOOST_OUTCOME_TRY(
      auto connection,
      JobConnection::open(resolved.string(), JobConnection::Source::frozen, nobody_else, watch));
  BackupReport report;
  BOOST_OUTCOME_TRY(check_identity(connection, file));
  BOOST_OUTCOME_TRY(check_structure(connection, file));
  BOOST_OUTCOME_TRY(count(connection, report));
  BOOST_OUTCOME_TRY(measure(connection, file, watch, report));
  report.took = CallOptions::Clock::now() - begun;
  return report;
}

}  // namespace tenancy::inline v0::detail::sqlite

namespace tenancy::inline v0 {

Result<BackupReport> verify_backup(const std::filesystem::path& file, const CallOptions& call) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return detail::silo::check_silo_backup(file, call);
  }
  detail::sqlite::JobWatch watch{call};
  return detail::sqlite::check_backup(file, watch);
}

}  // namespace tenancy::inline v0
