#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tenancy/core/detail/function_ref.hpp"

#include "storage/sqlite/job_watch.hpp"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace tenancy::inline v0::detail::sqlite {

/// A column of a row as text; empty when it is NULL.
std::string text_of(sqlite3_stmt* row, int column);

/// A connection for one long piece of work that only reads the database, and that ends within
/// milliseconds when its watch says so. It never moves the write-ahead log into the database.
///
/// Thread safety: confined to the thread that does the work.
class JobConnection {
 public:
  enum class Source {
    live,    ///< A store that others read and write meanwhile.
    frozen,  ///< A file that nobody changes: no locks are taken, nothing is created beside it.
  };

  /// Errors: as `to_errc`; `corrupt_store` for whatever a frozen file cannot answer.
  static Result<JobConnection> open(const std::string& file, Source source,
                                    std::chrono::milliseconds max_wait, JobWatch& watch);

  JobConnection(JobConnection&&) noexcept;
  JobConnection& operator=(JobConnection&&) = delete;
  JobConnection(const JobConnection&) = delete;
  JobConnection& operator=(const JobConnection&) = delete;
  ~JobConnection();

  /// Runs one statement, with the text, if there is one, as its only parameter, and gives each of
  /// its rows to `visit`, which says whether it wants the next.
  Result<void> run(std::string_view sql, FunctionRef<bool(sqlite3_stmt*)> visit,
                   const std::string* parameter = nullptr);
  Result<void> run(std::string_view sql, const std::string* parameter = nullptr);
  /// The number in the first column of the first row.
  Result<std::int64_t> number(std::string_view sql);

  /// The error for a result code of this connection: the watch's, where that ended the work.
  /// Throws what the watch throws.
  Error failure(int code, std::string_view what_was_tried);

  /// The database's file as SQLite has it open. Whoever opens a file past SQLite and closes it
  /// again drops the locks that SQLite holds on it in this process.
  [[nodiscard]] sqlite3_file& file() const;

 private:
  struct State;

  explicit JobConnection(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace tenancy::inline v0::detail::sqlite
