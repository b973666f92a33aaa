// The tests' own machinery, on plain SQLite: faults arrive as what they are, and a disk forgets
// what was not synced.

#include "support/fault_vfs.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <doctest/doctest.h>

#include "support/power_cut.hpp"
#include "support/temporary_folder.hpp"

using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::Kept;
using tenancy_test::TemporaryFolder;
using tenancy_test::VfsCall;
using tenancy_test::VolatileDisk;

namespace {

std::unique_ptr<SQLite::Database> open(const TemporaryFolder& folder) {
  return std::make_unique<SQLite::Database>((folder / "plain.db").string(),
                                            SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

void create_table(SQLite::Database& database) {
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER)");
}

/// What a script fails with.
int code_of(SQLite::Database& database, const std::string& sql) {
  sqlite3_extended_result_codes(database.getHandle(), 1);
  return sqlite3_exec(database.getHandle(), sql.c_str(), nullptr, nullptr, nullptr);
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// How many rows there are in what a disk has kept.
int rows_kept(const VolatileDisk& disk, const TemporaryFolder& folder, Kept kept) {
  std::mt19937_64 random{std::random_device{}()};
  const TemporaryFolder after;
  disk.materialise(folder.path(), after.path(), kept, random);
  return open(after)->execAndGet("SELECT count(*) FROM t").getInt();
}

}  // namespace

TEST_CASE("a call fails with its own code, once or from then on") {
  FaultVfs vfs;
  const TemporaryFolder folder;
  const auto database = open(folder);
  create_table(*database);
  const std::string insert = "INSERT INTO t VALUES (1)";

  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::write}});
  CHECK(code_of(*database, insert) == SQLITE_IOERR_WRITE);
  CHECK(code_of(*database, insert) == SQLITE_OK);
  CHECK(vfs.failed() == 1);

  vfs.arm({{.kind = FaultKind::disk_full, .nth = 2, .only = VfsCall::write}});
  CHECK(code_of(*database, insert) == SQLITE_FULL);

  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::sync, .persistent = true}});
  CHECK(code_of(*database, insert) == SQLITE_IOERR_FSYNC);
  CHECK(code_of(*database, insert) == SQLITE_IOERR_FSYNC);
  CHECK(vfs.failed() == 2);

  vfs.arm({{.kind = FaultKind::busy, .nth = 1, .only = VfsCall::shm_lock}});
  CHECK(code_of(*database, "BEGIN IMMEDIATE; COMMIT") == SQLITE_OK);
  CHECK(vfs.failed() == 1);

  vfs.disarm();
  CHECK(code_of(*database, insert) == SQLITE_OK);
  CHECK(database->execAndGet("SELECT count(*) FROM t").getInt() == 2);
  CHECK_FALSE(vfs.calls().empty());
}

TEST_CASE("opening and reading fail, too") {
  FaultVfs vfs;
  const TemporaryFolder folder;
  create_table(*open(folder));

  vfs.arm({{.kind = FaultKind::cannot_open, .nth = 1, .only = VfsCall::open}});
  CHECK_THROWS_AS(open(folder), SQLite::Exception);
  const auto database = open(folder);
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::read}});
  CHECK(code_of(*database, "SELECT * FROM t") == SQLITE_IOERR_READ);
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::shm_map}});
  CHECK(code_of(*database, "SELECT * FROM t") == SQLITE_IOERR_SHMMAP);
  vfs.disarm();
  CHECK(code_of(*database, "SELECT * FROM t") == SQLITE_OK);
}

TEST_CASE("without the power nothing changes, whatever is tried") {
  FaultVfs vfs;
  const TemporaryFolder folder;
  const auto database = open(folder);
  create_table(*database);
  const auto log = folder / "plain.db-wal";

  vfs.arm({{.kind = FaultKind::power_off, .nth = 1, .only = VfsCall::write}});
  const auto before = bytes_of(log);
  for (int i = 0; i < 3; ++i) {
    CHECK(code_of(*database, "INSERT INTO t VALUES (1)") != SQLITE_OK);
  }
  CHECK(bytes_of(log) == before);
  vfs.disarm();
}

TEST_CASE("a power cut loses what was not synced and keeps what was") {
  VolatileDisk disk;
  FaultVfs vfs{&disk};
  const TemporaryFolder folder;
  const auto database = open(folder);
  create_table(*database);

  database->exec("PRAGMA synchronous = FULL; INSERT INTO t VALUES (1)");
  CHECK(disk.unsynced() == 0);
  CHECK(rows_kept(disk, folder, Kept::nothing) == 1);

  database->exec("PRAGMA synchronous = OFF; INSERT INTO t VALUES (2)");
  CHECK(disk.unsynced() > 0);
  CHECK(rows_kept(disk, folder, Kept::nothing) == 1);
  CHECK(rows_kept(disk, folder, Kept::everything) == 2);
}

TEST_CASE("a disk that kept everything holds the files as they are") {
  VolatileDisk disk;
  FaultVfs vfs{&disk};
  const TemporaryFolder folder;
  const auto database = open(folder);
  create_table(*database);
  database->exec("PRAGMA synchronous = OFF; INSERT INTO t VALUES (1), (2); PRAGMA wal_checkpoint");
  database->exec("INSERT INTO t VALUES (3)");

  std::mt19937_64 random{std::random_device{}()};
  const TemporaryFolder after;
  disk.materialise(folder.path(), after.path(), Kept::everything, random);
  for (const char* name : {"plain.db", "plain.db-wal"}) {
    CAPTURE(name);
    CHECK(bytes_of(after / name) == bytes_of(folder / name));
  }
  CHECK_FALSE(std::filesystem::exists(after / "plain.db-shm"));
}

TEST_CASE("a sync makes nothing certain for which another one failed before") {
  VolatileDisk disk;
  FaultVfs vfs{&disk};
  const TemporaryFolder folder;
  const auto database = open(folder);
  // Without a log in between: the page that was not synced is not written again.
  database->exec("PRAGMA synchronous = EXTRA; CREATE TABLE t (n INTEGER)");
  database->exec("PRAGMA synchronous = OFF; INSERT INTO t VALUES (1)");

  sqlite3_file* file = nullptr;
  REQUIRE(sqlite3_file_control(database->getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) ==
          SQLITE_OK);
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::sync}});
  CHECK(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_IOERR_FSYNC);
  CHECK(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK);
  CHECK(disk.unsynced() > 0);
  CHECK(rows_kept(disk, folder, Kept::nothing) == 0);
  CHECK(rows_kept(disk, folder, Kept::everything) == 1);
}

TEST_CASE("a sync that failed is told to all who have the file open, once each") {
  VolatileDisk disk;
  FaultVfs vfs{&disk};
  const TemporaryFolder folder;
  const auto first = open(folder);
  const auto second = open(folder);
  create_table(*first);
  const auto sync = [](SQLite::Database& database) {
    sqlite3_file* file = nullptr;
    REQUIRE(sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) ==
            SQLITE_OK);
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
  };
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::sync}});
  CHECK(sync(*first) == SQLITE_IOERR_FSYNC);
  CHECK(sync(*first) == SQLITE_OK);
  CHECK(sync(*second) == SQLITE_IOERR_FSYNC);
  CHECK(sync(*second) == SQLITE_OK);
  CHECK(sync(*open(folder)) == SQLITE_OK);
}

TEST_CASE("a log whose folder was never synced may have no name") {
  VolatileDisk disk;
  FaultVfs vfs{&disk};
  const TemporaryFolder folder;
  const auto database = open(folder);
  database->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE t (n INTEGER)");

  std::mt19937_64 random{std::random_device{}()};
  const TemporaryFolder after;
  disk.materialise(folder.path(), after.path(), Kept::nothing, random);
  CHECK(std::filesystem::exists(after / "plain.db"));
  CHECK_FALSE(std::filesystem::exists(after / "plain.db-wal"));
}
