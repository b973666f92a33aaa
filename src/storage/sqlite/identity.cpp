#include "storage/sqlite/identity.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <sys/stat.h>

#include "core/text.hpp"
#include "storage/sqlite/error.hpp"
#include "storage/sqlite/immutable_uri.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::size_t max_named = 5;
constexpr std::size_t max_name_size = 64;

struct CloseHandle {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using RawStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// What tells whose a database is.
struct Identity {
  std::int64_t application = 0;
  std::int64_t objects = 0;         ///< Tables, views, indices and triggers.
  std::vector<std::string> tables;  ///< The names of some.

  [[nodiscard]] bool is_ours() const noexcept { return application == application_id; }
  [[nodiscard]] bool is_nobodys() const noexcept { return application == 0 && objects == 0; }
};

std::string attempt(const std::filesystem::path& file) { return "examining " + file.string(); }

Result<Handle> open_handle(const std::filesystem::path& file, const std::string& name, int flags,
                           std::chrono::milliseconds max_wait) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle{opened};
  if (code != SQLITE_OK) {
    return to_error(opened != nullptr ? sqlite3_extended_errcode(opened) : code, opened,
                    attempt(file));
  }
  sqlite3_extended_result_codes(opened, 1);
  const auto most = std::chrono::milliseconds{std::numeric_limits<int>::max()};
  sqlite3_busy_timeout(opened, static_cast<int>(std::min(max_wait, most).count()));
  // The schema may be anybody's. Closing must not move a log that is not ours into its database.
  for (const auto& [setting, value] :
       {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1}, std::pair{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        std::pair{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}}) {
    if (const int failed = sqlite3_db_config(opened, setting, value, nullptr);
        failed != SQLITE_OK) {
      return to_error(failed, opened, attempt(file));
    }
  }
  return handle;
}

/// Runs a query and gives each row to the function.
template <class Row>
Result<void> query(sqlite3* handle, const std::filesystem::path& file, const char* sql, Row row) {
  sqlite3_stmt* prepared = nullptr;
  int code = sqlite3_prepare_v2(handle, sql, -1, &prepared, nullptr);
  const RawStatement statement{prepared};
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(prepared);
    if (code == SQLITE_ROW) {
      row(prepared);
    }
  }
  if (code != SQLITE_DONE) {
    return to_error(code, handle, attempt(file));
  }
  return success();
}

Result<Identity> identify(sqlite3* handle, const std::filesystem::path& file) {
  Identity found;
  BOOST_OUTCOME_TRY(query(handle, file, "PRAGMA application_id", [&](sqlite3_stmt* row) {
    found.application = sqlite3_column_int64(row, 0);
  }));
  if (found.is_ours()) {
    return found;
  }
  BOOST_OUTCOME_TRY(query(handle, file, "SELECT count(*) FROM sqlite_schema",
                          [&](auto* row) { found.objects = sqlite3_column_int64(row, 0); }));
  BOOST_OUTCOME_TRY(query(
      handle, file,
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name LIMIT 6",
      [&](sqlite3_stmt* row) {
        const auto* const text = sqlite3_column_text(row, 0);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, 0));
        const std::string_view name{reinterpret_cast<const char*>(text),
                                    text != nullptr ? size : 0};
        found.tables.emplace_back(is_plain_line(name, 1, max_name_size) ? name : "(unprintable)");
      }));
  return found;
}

Error foreign(const std::filesystem::path& file, const Identity& found) {
  std::string tables;
  for (std::size_t i = 0; i < found.tables.size(); ++i) {
    tables += i == 0 ? " (" : ", ";
    tables += i < max_named ? found.tables[i] : "…";
  }
  if (!tables.empty()) {
    tables += ")";
  }
  return Error{errc::foreign_store,
               file.string() + " is a database of another program: its application_id is " +
                   std::to_string(found.application) + " and not " +
                   std::to_string(application_id) + ", and it holds " +
                   std::to_string(found.objects) + " tables and the like" + tables +
                   ". Name another file; or, to take this one over, back it up and run PRAGMA "
                   "application_id = " +
                   std::to_string(application_id) + " in it"};
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

/// Whether some of the database may stand outside of its file.
bool has_log(const std::filesystem::path& file) {
  return is_there(file.string() + "-wal") || is_there(file.string() + "-journal");
}

/// What the file alone says. It is taken for one that cannot change: no lock, no log, no
/// recovery.
Result<Identity> identify_file(const std::filesystem::path& file) {
  BOOST_OUTCOME_TRY(const auto handle,
                    open_handle(file, immutable_uri(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                                std::chrono::milliseconds{0}));
  return identify(handle.get(), file);
}

/// What the file says together with its log.
Result<Identity> identify_with_log(const std::filesystem::path& file,
                                   std::chrono::milliseconds max_wait) {
  BOOST_OUTCOME_TRY(const auto handle,
                    open_handle(file, file.string(), SQLITE_OPEN_READONLY, max_wait));
  auto found = identify(handle.get(), file);
  if (!found && found.error() == errc::storage_read_only) {
    return Error{errc::foreign_store,
                 file.string() +
                     " was left in the midst of a transaction by another program: let that program "
                     "open it once, or name another file"};
  }
  return found;
}

}  // namespace

Result<void> claim_database(const std::filesystem::path& file, std::chrono::milliseconds max_wait,
                            Durability durability) {
  BOOST_OUTCOME_TRY(const auto handle,
                    open_handle(file, file.string(), SQLITE_OPEN_READWRITE, max_wait));
  const auto run = [&](const char* sql) {
    return query(handle.get(), file, sql, [](sqlite3_stmt* /*row*/) {});
  };
  if (durability == Durability::none) {
    BOOST_OUTCOME_TRY(run("PRAGMA synchronous = OFF"));
  }
  // What fails from here on is rolled back as the handle is closed.
  BOOST_OUTCOME_TRY(run("BEGIN IMMEDIATE"));
  BOOST_OUTCOME_TRY(const auto found, identify(handle.get(), file));
  if (found.is_ours()) {
    return success();
  }
  if (!found.is_nobodys()) {
    return foreign(file, found);
  }
  const std::string mark = "PRAGMA application_id = " + std::to_string(application_id);
  BOOST_OUTCOME_TRY(run(mark.c_str()));
  return run("COMMIT");
}

Result<Owner> find_owner(const std::filesystem::path& file, std::chrono::milliseconds max_wait) {
  const bool had_log = has_log(file);
  auto found = identify_file(file);
  if (found && found.value().is_ours()) {
    return Owner::this_library;
  }
  // Without locks it may have been read in the midst of a change, and the truth may be in the log.
  // Looking at that leaves nothing behind that is not there already.
  if (had_log || has_log(file)) {
    found = identify_with_log(file, max_wait);
  }
  if (!found) {
    return std::move(found).error();
  }
  if (found.value().is_ours()) {
    return Owner::this_library;
  }
  return found.value().is_nobodys() ? Result<Owner>{Owner::nobody} : foreign(file, found.value());
}

Result<void> check_identity(const std::filesystem::path& file, std::chrono::milliseconds max_wait) {
  BOOST_OUTCOME_TRY(const auto owner, find_owner(file, max_wait));
  return owner == Owner::nobody ? claim_database(file, max_wait) : success();
}

}  // namespace tenancy::inline v0::detail::sqlite
