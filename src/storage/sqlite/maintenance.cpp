#include "storage/sqlite/maintenance.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include "storage/sqlite/error.hpp"
#include "storage/sqlite/writer_lock.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Steady = std::chrono::steady_clock;

constexpr StaticSql vacuum_sql{"VACUUM"};
constexpr StaticSql page_count_sql{"PRAGMA page_count"};
constexpr StaticSql file_page_size_sql{"PRAGMA page_size"};

/// A turn among the writers of all processes, given back at the end.
class Turn {
 public:
  static Result<Turn> take(const std::filesystem::path& file, const CallLimits& limits) {
    BOOST_OUTCOME_TRY(auto lock, WriterLock::open(file));
    BOOST_OUTCOME_TRY(lock.acquire(limits));
    return Turn{std::move(lock)};
  }
  Turn(Turn&&) noexcept = default;
  Turn& operator=(Turn&&) = delete;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  // Closing the lock's descriptor lets go of it.
  ~Turn() = default;

 private:
  explicit Turn(WriterLock lock) noexcept : lock_{std::move(lock)} {}

  WriterLock lock_;
};

Result<std::uint64_t> number(Connection& connection, const StaticSql& sql) {
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection.prepare(sql));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(lease->step());
  return static_cast<std::uint64_t>(lease->int64(0).value_or(0));
}

Result<std::uint64_t> size_of(Connection& connection) {
  BOOST_OUTCOME_TRY(const auto pages, number(connection, page_count_sql));
  BOOST_OUTCOME_TRY(const auto page_size, number(connection, file_page_size_sql));
  return pages * page_size;
}

}  // namespace

Result<CheckpointReport> move_whole_log(Connection& connection, const std::filesystem::path& file,
                                        const CallLimits& limits) {
  BOOST_OUTCOME_TRY(limits.check());
  const auto began = Steady::now();
  BOOST_OUTCOME_TRY(const auto turn, Turn::take(file, limits));
  const WatchScope watched{connection.watch(), limits, Watch::unlimited, true};
  // Of a log that it has emptied SQLite says nothing, and asking before by another checkpoint would
  // look once more at a log that has been moved whole. What is left in the file of a former log
  // counts.
  std::error_code unknown;
  const auto size = std::filesystem::file_size(file.string() + "-wal", unknown);
  int in_log = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection.handle(), "main",
                                             SQLITE_CHECKPOINT_TRUNCATE, &in_log, &moved);
  BOOST_OUTCOME_TRY(limits.check());
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    return to_error(code, connection.handle(), "moving the write-ahead log into the database");
  }
  if (code == SQLITE_OK) {
    const std::size_t emptied = unknown ? 0 : size;
    return CheckpointReport{.took = Steady::now() - began,
                            .wal_bytes = emptied,
                            .moved_bytes = emptied,
                            .complete = true};
  }
  const auto bytes = [&](int frames) {
    return static_cast<std::size_t>(frames > 0 ? frames : 0) * connection.frame_bytes();
  };
  return CheckpointReport{.took = Steady::now() - began,
                          .wal_bytes = bytes(in_log),
                          .moved_bytes = bytes(moved),
                          .complete = false};
}

Result<VacuumReport> write_anew(Connection& connection, const std::filesystem::path& file,
                                const CallLimits& limits) {
  BOOST_OUTCOME_TRY(limits.check());
  const auto began = Steady::now();
  BOOST_OUTCOME_TRY(const auto turn, Turn::take(file, limits));
  const WatchScope watched{connection.watch(), limits, Watch::unlimited, true};
  // It copies the library's tables, too.
  const ControlAccess access{connection};
  BOOST_OUTCOME_TRY(const auto before, size_of(connection));
  BOOST_OUTCOME_TRY(connection.run(vacuum_sql));
  BOOST_OUTCOME_TRY(const auto after, size_of(connection));
  return VacuumReport{before, after, Steady::now() - began};
}

}  // namespace tenancy::inline v0::detail::sqlite
