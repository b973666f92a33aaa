#include "storage/sqlite/start_up.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tenancy/migrate/verify_schema.hpp"

#include "storage/sqlite/identity.hpp"
#include "support/child_process.hpp"
#include "support/mounts.hpp"
#include "support/read_hook.hpp"
#include "support/test_store.hpp"

namespace fs = std::filesystem;
using tenancy::errc;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;
using tenancy_test::text_from_child;

namespace {

tenancy::Result<tenancy::Authority> open_file(const fs::path& file,
                                              tenancy::StoreOptions options = {}) {
  return tenancy::open("sqlite:" + file.string(), {.store = std::move(options)});
}

std::string said_of_opening(const fs::path& file, tenancy::StoreOptions options = {}) {
  const auto opened = open_file(file, std::move(options));
  return opened ? "opened" : opened.error().to_string();
}

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

/// Opening is refused with this code, and the message says what to do.
void check_refused(const fs::path& file, errc code, std::string_view advice) {
  const auto opened = open_file(file);
  REQUIRE_FALSE(opened.has_value());
  CAPTURE(opened.error());
  CHECK(opened.error() == code);
  CHECK(contains(opened.error().message(), advice));
  // Who only looks is told the same.
  CHECK(code_of(tenancy::verify_schema("sqlite:" + file.string(), {})) == code);
}

void make_store(const fs::path& file) { must(open_file(file)); }

std::string bytes_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// All that is in a folder. Of the index of a log, which SQLite builds anew for each process that
/// is the first to read it, no more than that it is there.
std::map<std::string, std::string> contents(const TemporaryFolder& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::directory_iterator{folder.path()}) {
    const bool regular = fs::is_regular_file(entry.symlink_status());
    const std::string name = entry.path().filename();
    found[name] = regular && !name.ends_with("-shm") ? bytes_of(entry.path()) : "";
  }
  return found;
}

void set_mode(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

SQLite::Database raw(const fs::path& file) {
  const SQLite::Database made{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  set_mode(file, 0600);
  return SQLite::Database{file.string(), SQLite::OPEN_READWRITE, 5000};
}

int application_id_of(const fs::path& file) {
  return SQLite::Database{file.string()}.execAndGet("PRAGMA application_id").getInt();
}

/// Leaves a database behind as a program does that is killed.
void in_killed_program(const fs::path& file, const std::vector<std::string>& statements) {
  const std::string said = text_from_child([&]() -> std::string {
    auto* const database = new SQLite::Database{raw(file)};  // Never closed.
    for (const auto& statement : statements) {
      database->exec(statement);
    }
    return "killed";
  });
  REQUIRE(said == "killed");
}

}  // namespace

TEST_CASE("what is no file of one's own is refused and left alone") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  SUBCASE("a folder") {
    fs::create_directory(file);
    check_refused(file, errc::unsafe_file, "name a file");
  }
  SUBCASE("a fifo, which opening would wait for") {
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    check_refused(file, errc::unsafe_file, "name a file");
  }
  SUBCASE("a device") { check_refused("/dev/null", errc::unsafe_file, "name a file"); }
  SUBCASE("a symbolic link to a store") {
    make_store(folder / "real.db");
    fs::create_symlink(folder / "real.db", file);
    check_refused(file, errc::unsafe_file, "name the file that it leads to");
  }
  SUBCASE("a symbolic link to nothing") {
    fs::create_symlink(folder / "nothing.db", file);
    check_refused(file, errc::unsafe_file, "name the file that it leads to");
  }
  CHECK_FALSE(fs::exists(file.string() + ".keys"));
}

TEST_CASE("a path through a symbolic link to the folder is followed") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink(folder / "real", folder / "link");
  set_mode(folder / "real", 0700);
  make_store(folder / "link" / "store.db");
  make_store(folder / "real" / "store.db");
}

TEST_CASE("slashes more at the beginning of a path name the same file") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  for (const char* const more : {"", "/", "//", "///"}) {
    CAPTURE(more);
    for (int times = 0; times < 2; ++times) {
      CHECK(said_of_opening(more + file.string()) == "opened");
    }
  }
}

TEST_CASE("files that others can use are refused with the command that helps") {
  const TemporaryFolder folder;
  const auto file = folder / "o'store.db";
  make_store(file);
  const std::string path = file.string();
  const std::string quoted = folder.path().string() + R"(/o'\''store.db)";
  SUBCASE("the database") {
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0666U}) {
      CAPTURE(mode);
      set_mode(file, mode);
      check_refused(file, errc::unsafe_file, "chmod 600 '" + quoted + "'");
    }
  }
  SUBCASE("what is beside it") {
    for (const char* suffix : {"-wal", "-shm", "-journal", "-writer"}) {
      CAPTURE(suffix);
      const std::string companion = path + suffix;
      std::ofstream{companion}.flush();
      set_mode(companion, 0644);
      check_refused(file, errc::unsafe_file, "chmod 600 '" + quoted + suffix + "'");
      fs::remove(companion);
      fs::create_symlink("elsewhere", companion);
      check_refused(file, errc::unsafe_file, "is a symbolic link");
      fs::remove(companion);
    }
  }
  set_mode(file, 0600);
  make_store(file);
}

TEST_CASE("the advice is right") {
  const TemporaryFolder folder;
  const auto file = folder / "it's a store.db";
  make_store(file);
  set_mode(file, 0644);
  const auto refused = open_file(file);
  REQUIRE_FALSE(refused.has_value());
  const std::string& message = refused.error().message();
  REQUIRE(contains(message, ": chmod "));
  // NOLINTNEXTLINE(cert-env33-c): it is what an operator would paste
  REQUIRE(std::system(message.substr(message.find("chmod ")).c_str()) == 0);
  make_store(file);
}

TEST_CASE("a folder in which others can replace files is refused, unless it is sticky") {
  const TemporaryFolder folder;
  const auto inside = folder / "data";
  fs::create_directory(inside);
  const auto file = inside / "store.db";
  for (const mode_t mode : {0777U, 0770U, 0702U}) {
    CAPTURE(mode);
    set_mode(inside, mode);
    check_refused(file, errc::unsafe_file, "chmod go-w '" + inside.string() + "'");
    CHECK(fs::is_empty(inside));
  }
  for (const mode_t mode : {01777U, 0755U, 0700U}) {
    CAPTURE(mode);
    set_mode(inside, mode);
    make_store(file);
  }
}

TEST_CASE("a folder that is not there is named with the command that makes it") {
  const TemporaryFolder folder;
  check_refused(folder / "none" / "store.db", errc::cannot_open,
                "mkdir -m 700 '" + (folder / "none").string() + "'");
  std::ofstream{folder / "file"}.flush();
  CHECK(code_of(open_file(folder / "file" / "store.db")) == errc::cannot_open);
}

TEST_CASE("a file or folder of another user is refused, but to root") {
  if (::geteuid() != 0) {
    // Only root can give files away; the system has some that belong to root.
    CHECK(code_of(open_file("/etc/passwd")) == errc::unsafe_file);
    return;
  }
  const TemporaryFolder folder;
  constexpr uid_t other = 12345;
  constexpr uid_t self = 12346;
  const auto file = folder / "store.db";
  make_store(file);
  const auto as_self = [&](const std::function<std::string()>& action) {
    return text_from_child([&]() -> std::string {
      tenancy_test::require_system(::setresuid(self, self, self) == 0, "setresuid");
      return action();
    });
  };
  const auto own = [&](const fs::path& path, uid_t user) {
    REQUIRE(::chown(path.c_str(), user, user) == 0);
  };
  const auto opened = [&] { return said_of_opening(file); };

  own(file, other);
  own(file.string() + ".keys", self);
  own(file.string() + "-writer", self);
  own(folder.path(), self);
  const std::string of_file = as_self(opened);
  CHECK(contains(of_file, "unsafe_file"));
  CHECK(contains(of_file, "belongs to user 12345"));
  CHECK(contains(of_file, "chown 12346 '" + file.string() + "'"));

  own(file, self);
  own(folder.path(), other);
  set_mode(folder.path(), 0755);
  const std::string of_folder = as_self(opened);
  CHECK(contains(of_folder, "unsafe_file"));
  CHECK(contains(of_folder, "chown 12346 '" + folder.path().string() + "'"));
  own(folder.path(), self);
  CHECK(as_self(opened) == "opened");

  own(file, other);
  own(file.string() + ".keys", 0);
  own(file.string() + "-writer", other);
  own(folder.path(), other);
  make_store(file);
}

TEST_CASE("a database with a further name is refused") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  make_store(file);
  fs::create_hard_link(file, folder / "store-copy.db");
  check_refused(file, errc::unsafe_file, "find -samefile '" + file.string() + "'");
  fs::remove(folder / "store-copy.db");
  make_store(file);
  SUBCASE("but a draft that a killed process left does no harm") {
    fs::create_hard_link(file, folder / "store.db.a1B2c3");
    make_store(file);
    fs::create_hard_link(file, folder / "store-copy.db");
    check_refused(file, errc::unsafe_file, "hard links");
  }
}

TEST_CASE("a log without its database is not taken over by a new one") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  in_killed_program(file, {"PRAGMA journal_mode = WAL", "CREATE TABLE theirs (id)"});
  fs::remove(file);
  check_refused(file, errc::corrupt_store, "restore the database, or move this file away");
  CHECK_FALSE(fs::exists(file));
  fs::remove(file.string() + "-wal");
  make_store(file);
  CHECK_FALSE(SQLite::Database{file.string()}.tableExists("theirs"));
}

TEST_CASE("a file without permission to write is refused with the command that helps") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  make_store(file);
  set_mode(file, 0400);
  check_refused(file, errc::storage_read_only, "chmod u+w '" + file.string() + "'");
  set_mode(file, 0600);
  set_mode(folder.path(), 0500);
  const auto refused = open_file(file);
  set_mode(folder.path(), 0700);
  CHECK(code_of(refused) == errc::storage_read_only);
  CHECK(contains(refused.error().message(), "chmod u+w '" + folder.path().string() + "'"));
}

TEST_CASE("a folder of root's in which the program may not write is refused") {
  if (::geteuid() != 0) {
    CHECK(code_of(open_file("/usr/tenancy-store.db")) == errc::storage_read_only);
    return;
  }
  const TemporaryFolder folder;
  set_mode(folder.path(), 0755);
  const std::string said = text_from_child([&]() -> std::string {
    tenancy_test::require_system(::setresuid(12346, 12346, 12346) == 0, "setresuid");
    return said_of_opening(folder / "store.db");
  });
  CAPTURE(said);
  CHECK(contains(said, "storage_read_only"));
  CHECK(contains(said, folder.path().string() + " is not writable for user 12346"));
}

TEST_CASE("a store on a read-only medium is refused, and a new one there as well") {
  const TemporaryFolder folder;
  const std::string said = text_from_child([&]() -> std::string {
    tenancy_test::enter_private_mounts();
    tenancy_test::mount_tmpfs(folder.path());
    const auto file = folder / "store.db";
    if (const auto opened = open_file(file); !opened) {
      return opened.error().to_string();
    }
    tenancy_test::remount_read_only(folder.path());
    return said_of_opening(file) + "\n" + said_of_opening(folder / "new.db");
  });
  CAPTURE(said);
  const auto second = said.find('\n');
  REQUIRE(second != std::string::npos);
  for (const std::string& one : {said.substr(0, second), said.substr(second + 1)}) {
    CHECK(contains(one, "unavailable/storage_read_only"));
    CHECK(contains(one, "mount it for writing"));
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a store on a network filesystem is refused, on a local one of the same kind it is not") {
  if (!fs::exists("/dev/fuse")) {
    MESSAGE("there is no /dev/fuse to mount with: filesystem_test.cpp has the names alone");
    return;
  }
  const TemporaryFolder folder;
  const auto said_on = [&](const std::string& type) {
    return text_from_child([&]() -> std::string {
      tenancy_test::enter_private_mounts();
      tenancy_test::mount_fuse(folder.path(), type);
      return said_of_opening(folder / "store.db");
    });
  };
  const std::string network = said_on("fuse.sshfs");
  CAPTURE(network);
  CHECK(contains(network, "storage/unsupported_filesystem"));
  CHECK(contains(network, "fuse.sshfs"));
  CHECK(contains(network, "put it on a local disk"));
  // It gets past the check, and to the test's server, which makes no files.
  const std::string local = said_on("fuse.encfs");
  CAPTURE(local);
  CHECK_FALSE(contains(local, "child failed"));
  CHECK_FALSE(contains(local, "opened"));
  CHECK_FALSE(contains(local, "unsupported_filesystem"));
}

TEST_CASE("a second SQLite in the process is refused, or allowed on request") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  const std::string said = text_from_child([&]() -> std::string {
    if (::dlopen(TENANCY_TEST_SECOND_ENGINE, RTLD_NOW | RTLD_LOCAL) == nullptr) {
      return ::dlerror();
    }
    const auto temporary = tenancy::open("sqlite::memory:");
    const bool made = fs::exists(file);
    return said_of_opening(file) + (temporary ? " temporary" : " neither") +
           (made ? " made " : " untouched ") +
           said_of_opening(file, {.second_engine = tenancy::SecondEngine::allow});
  });
  CAPTURE(said);
  CHECK(contains(said, "storage/duplicate_engine"));
  CHECK(contains(said, TENANCY_TEST_SECOND_ENGINE));
  CHECK(contains(said, "SecondEngine::allow"));
  CHECK(said.ends_with(" neither untouched opened"));
}

TEST_CASE("a new database is marked as the library's") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  make_store(file);
  CHECK(application_id_of(file) == tenancy::detail::sqlite::application_id);
  // The header's own bytes, as file(1) reads them.
  CHECK(bytes_of(file).substr(68, 4) == "tncy");
}

TEST_CASE("a database of another program is refused, and not a byte is changed") {
  const TemporaryFolder folder;
  const auto file = folder / "theirs?a=b#c%20.db";
  std::string named = "(customers, orders)";
  SUBCASE("with tables") {
    auto theirs = raw(file);
    theirs.exec("CREATE TABLE customers (id); CREATE VIEW orders AS SELECT 1");
  }
  SUBCASE("with a log, closed") {
    auto theirs = raw(file);
    theirs.exec(
        "PRAGMA journal_mode = WAL; CREATE TABLE customers (id);"
        "CREATE VIEW orders AS SELECT 1");
  }
  SUBCASE("with all its tables in a log") {
    in_killed_program(file, {"PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0",
                             "CREATE TABLE customers (id)", "CREATE VIEW orders AS SELECT 1"});
    REQUIRE(fs::file_size(file.string() + "-wal") > 0);
  }
  SUBCASE("with many tables") {
    auto theirs = raw(file);
    for (const char* name : {"f", "e", "d", "c", "b", "a", "'A\ny'"}) {
      theirs.exec("CREATE TABLE " + std::string{name} + " (id)");
    }
    named = "((unprintable), a, b, c, d, …)";
  }
  SUBCASE("with another application id and no tables") {
    auto theirs = raw(file);
    theirs.exec("PRAGMA application_id = 7");
    named = "its application_id is 7 and not 1953391481, and it holds 0 tables and the like. Name";
  }
  const auto before = contents(folder);
  check_refused(file, errc::foreign_store, "back it up and run PRAGMA application_id = 1953391481");
  check_refused(file, errc::foreign_store, named);
  // A look must not leave anything beside it, not even a key ring.
  CHECK(contents(folder) == before);
  CHECK(application_id_of(file) != tenancy::detail::sqlite::application_id);
}

TEST_CASE("a database of another program that was killed in a transaction is left to it") {
  const TemporaryFolder folder;
  const auto file = folder / "theirs.db";
  in_killed_program(
      file, {"CREATE TABLE theirs (id, text)", "PRAGMA cache_size = 1", "PRAGMA cache_spill = 1",
             "BEGIN", "INSERT INTO theirs VALUES (1, zeroblob(500000))"});
  REQUIRE(fs::file_size(file.string() + "-journal") > 0);
  const auto before = contents(folder);
  check_refused(file, errc::foreign_store, "let that program open it once");
  CHECK(contents(folder) == before);
}

TEST_CASE("another program's database can be taken over deliberately") {
  const TemporaryFolder folder;
  const auto file = folder / "theirs.db";
  raw(file).exec("CREATE TABLE customers (id)");
  const auto refused = open_file(file);
  REQUIRE_FALSE(refused.has_value());
  const std::string& message = refused.error().message();
  const auto statement = message.substr(message.find("PRAGMA"));
  raw(file).exec(statement.substr(0, statement.find(" in it")));
  must(tenancy::open("sqlite:" + file.string(), {.schema_policy = {.shared_tables = {"customers"}},
                                                 .keys = tenancy::KeyRing::ephemeral()}));
  CHECK(raw(file).tableExists("customers"));
}

TEST_CASE("an empty database is taken") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  const auto keys = tenancy::KeyRing::ephemeral();
  SUBCASE("a file of no bytes") {
    std::ofstream{file}.flush();
    set_mode(file, 0600);
  }
  SUBCASE("a database without tables") { raw(file).exec("VACUUM"); }
  SUBCASE("one with a log") { raw(file).exec("PRAGMA journal_mode = WAL"); }
  SUBCASE("one with a log that was left behind") {
    in_killed_program(file, {"PRAGMA journal_mode = WAL", "CREATE TABLE t (id)", "DROP TABLE t"});
  }
  must(tenancy::open("sqlite:" + file.string(), {.keys = keys}));
  CHECK(application_id_of(file) == tenancy::detail::sqlite::application_id);
}

TEST_CASE("a store whose mark still stands in the log is known again") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  in_killed_program(file, {"PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0",
                           "PRAGMA application_id = 1953391481", "CREATE TABLE mine (id)"});
  must(tenancy::open("sqlite:" + file.string(), {.schema_policy = {.shared_tables = {"mine"}},
                                                 .keys = tenancy::KeyRing::ephemeral()}));
}

TEST_CASE("a store is known again while it is open and written to") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  const auto authority = must(open_file(file));
  for (int i = 0; i < 20; ++i) {
    must(authority.registry().create({"tenant-" + std::to_string(i), "Tenant"}));
    must(open_file(file));
  }
}

TEST_CASE("a look at a database that is open keeps the locks on it") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  // Without a log, so that all locks are on the file itself.
  auto writer = raw(file);
  writer.exec("PRAGMA application_id = 1953391481; CREATE TABLE mine (id); BEGIN IMMEDIATE");
  must(tenancy::detail::sqlite::check_before_opening(file, {}));
  // The child asks the kernel: its SQLite has inherited what this process's believes.
  CHECK(text_from_child([&]() -> std::string {
          const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
          tenancy_test::require_system(descriptor >= 0, "open");
          struct flock lock {};
          lock.l_type = F_WRLCK;
          tenancy_test::require_system(::fcntl(descriptor, F_GETLK, &lock) == 0, "fcntl");
          return lock.l_type != F_UNLCK && lock.l_pid == ::getppid() ? "locked" : "lost";
        }) == "locked");
}

TEST_CASE("a database that gets tables just before it is claimed is left to its program") {
  const TemporaryFolder folder;
  const auto file = folder / "theirs.db";
  in_killed_program(file, {"PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0",
                           "CREATE TABLE theirs (id)"});
  const auto before = contents(folder);
  CHECK(code_of(tenancy::detail::sqlite::claim_database(file, {})) == errc::foreign_store);
  CHECK(contents(folder) == before);
}

TEST_CASE("a database that the library has claimed meanwhile is claimed already") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  raw(file).exec("PRAGMA user_version = 1");
  must(tenancy::detail::sqlite::claim_database(file, {}));
  must(tenancy::detail::sqlite::claim_database(file, {}));
  CHECK(application_id_of(file) == tenancy::detail::sqlite::application_id);
}

TEST_CASE("a store that was killed in a transaction without a log is known again") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  in_killed_program(file, {"PRAGMA application_id = 1953391481", "CREATE TABLE mine (id, text)",
                           "PRAGMA cache_size = 1", "PRAGMA cache_spill = 1", "BEGIN",
                           "INSERT INTO mine VALUES (1, zeroblob(500000))"});
  REQUIRE(fs::file_size(file.string() + "-journal") > 0);
  CHECK(must(tenancy::detail::sqlite::find_owner(file, {})) ==
        tenancy::detail::sqlite::Owner::this_library);
}

TEST_CASE("a log that goes or comes while its database is looked at is not overlooked") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  std::optional<SQLite::Database> other{raw(file)};
  const auto once_read = [&](const std::function<void()>& action) {
    bool done = false;
    // Its first page, which tells whose it is.
    return tenancy_test::ReadHook{[&, action, done](std::size_t size) mutable {
      if (size >= 4096 && !std::exchange(done, true)) {
        action();
      }
    }};
  };
  SUBCASE("with the library's mark, which is in the file then") {
    other->exec(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
        "PRAGMA application_id = 1953391481; CREATE TABLE mine (id)");
    const auto hook = once_read([&] { other.reset(); });
    CHECK(must(tenancy::detail::sqlite::find_owner(file, {})) ==
          tenancy::detail::sqlite::Owner::this_library);
    CHECK_FALSE(other.has_value());
  }
  SUBCASE("with another's tables") {
    other->exec("PRAGMA user_version = 1");
    const auto hook = once_read([&] {
      other->exec(
          "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE theirs (id)");
    });
    CHECK(code_of(tenancy::detail::sqlite::find_owner(file, {})) == errc::foreign_store);
  }
}

TEST_CASE("a damaged database is refused with advice and kept as it is") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  make_store(file);
  std::string bytes = bytes_of(file);
  SUBCASE("cut off") { bytes.resize(bytes.size() / 2); }
  SUBCASE("cut off within the header") { bytes.resize(50); }
  SUBCASE("with another beginning") { bytes.replace(0, 6, "SQLate"); }
  SUBCASE("with a page size that cannot be") { bytes.replace(16, 2, "\x12\x34"); }
  SUBCASE("with a schema that is none") {
    // The first page's tree begins behind the header of 100 bytes.
    bytes.replace(100, 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  }
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
  check_refused(file, errc::corrupt_store, "restore a backup");
  CHECK(bytes_of(file) == bytes);
}

TEST_CASE("a store of a newer program says to upgrade") {
  const TemporaryFolder folder;
  const auto url = "sqlite:" + (folder / "store.db").string();
  auto schema = tenancy_test::test_schema();
  must(tenancy::open(url, {.migrations = schema}));
  schema.pop_back();
  const auto refused = tenancy::open(url, {.migrations = schema});
  CHECK(code_of(refused) == errc::schema_mismatch);
  CHECK(contains(refused.error().message(), "written by a newer version"));
  CHECK(contains(refused.error().message(), "upgrade the program"));
}
