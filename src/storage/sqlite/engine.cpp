#include "storage/sqlite/engine.hpp"

#include <array>
#include <string>

#include <sqlite3.h>

#include "storage/sqlite/loaded_objects.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

// The oldest that the store is tested with, and the first that is not known to be compatible.
constexpr int oldest_version = 3'040'000;
constexpr int next_major_version = 4'000'000;

struct Unwanted {
  const char* option;
  const char* why;
};

constexpr std::array<Unwanted, 21> unwanted_options{{
    {"DISABLE_DIRSYNC", "a power cut may undo what was committed"},
    {"NO_SYNC", "a power cut may undo what was committed"},
    {"OMIT_ALTERTABLE", "migrations need ALTER TABLE"},
    {"OMIT_ATTACH", "backups need a second database"},
    {"OMIT_AUTHORIZATION", "migrations could do anything"},
    {"OMIT_AUTOINIT", "the library leaves it to SQLite to initialise itself"},
    {"OMIT_CHECK", "CHECK constraints would not hold"},
    {"OMIT_CONFLICT_CLAUSE", "writes rely on what a conflict does"},
    {"OMIT_DISKIO", "nothing would be stored"},
    {"OMIT_FLAG_PRAGMAS", "connections could not be configured"},
    {"OMIT_FLOATING_POINT", "real numbers could not be stored"},
    {"OMIT_FOREIGN_KEY", "references would not be enforced"},
    {"OMIT_INTEGRITY_CHECK", "backups could not be verified"},
    {"OMIT_PAGER_PRAGMAS", "connections could not be configured"},
    {"OMIT_PRAGMA", "connections could not be configured"},
    {"OMIT_PROGRESS_CALLBACK", "deadlines could not stop a statement"},
    {"OMIT_SCHEMA_PRAGMAS", "the schema could not be examined"},
    {"OMIT_SCHEMA_VERSION_PRAGMAS", "the store could not be told from a foreign database"},
    {"OMIT_TRIGGER", "a host's triggers would not run, nor cascades"},
    {"OMIT_VACUUM", "backups need VACUUM INTO"},
    {"OMIT_WAL", "readers and the writer could not work at once"},
}};

std::string to_text(int version) {
  return std::to_string(version / 1'000'000) + "." + std::to_string(version / 1'000 % 1'000) + "." +
         std::to_string(version % 1'000);
}

/// A program may also switch SQLite's locking off before it is first used. Every mutex is then the
/// same one that does nothing.
bool runs_without_mutexes() noexcept {
  sqlite3_mutex* const one = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
  sqlite3_mutex* const other = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
  const bool same = one != nullptr && one == other;
  sqlite3_mutex_free(one);
  sqlite3_mutex_free(other);
  return same;
}

Result<void> look_for_second_engine() {
  // Every copy has the text in its own constants. The address of a function may be that of an entry
  // in the program's procedure linkage table.
  const auto holders = find_symbol_holders("sqlite3_open_v2", sqlite3_sourceid());
  if (holders.others.empty()) {
    return success();
  }
  return Error{errc::duplicate_engine,
               "this process holds two copies of SQLite, one in " +
                   (holders.own.empty() ? "the program" : holders.own) + " and one in " +
                   holders.others.front() +
                   ": when both open the same database, one drops the other's locks and the "
                   "database can be corrupted. Link everything with one shared SQLite, or set "
                   "StoreOptions::second_engine to SecondEngine::allow where the copies never open "
                   "the same file"};
}

}  // namespace

Result<void> judge_engine(const EngineFacts& engine) {
  if (engine.version < oldest_version || engine.version >= next_major_version) {
    return Error{errc::unsupported_engine,
                 "SQLite " + to_text(engine.version) + " is loaded, and 3.40.0 or a later 3.x is " +
                     "needed: install one, and let ldd show which copy the program takes"};
  }
  if (!engine.built_for_threads) {
    return Error{errc::unsupported_engine,
                 "SQLite was built for a single thread (SQLITE_THREADSAFE=0): link one that was "
                 "built with SQLITE_THREADSAFE=1 or 2"};
  }
  for (const auto& [option, why] : unwanted_options) {
    if (engine.was_built_with(option)) {
      return Error{errc::unsupported_engine, "SQLite was built with SQLITE_" + std::string{option} +
                                                 ": " + why + ". Link one that was built without"};
    }
  }
  return success();
}

Result<void> check_engine(SecondEngine second) {
  const auto was_built_with = [](const char* option) {
    return sqlite3_compileoption_used(option) != 0;
  };
  BOOST_OUTCOME_TRY(judge_engine(
      EngineFacts{sqlite3_libversion_number(), sqlite3_threadsafe() != 0, was_built_with}));
  if (runs_without_mutexes()) {
    return Error{errc::unsupported_engine,
                 "SQLite was told to serve a single thread (SQLITE_CONFIG_SINGLETHREAD): leave out "
                 "that call of sqlite3_config"};
  }
  return second == SecondEngine::refuse ? look_for_second_engine() : success();
}

}  // namespace tenancy::inline v0::detail::sqlite
