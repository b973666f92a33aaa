#include "tenancy/storage/backup.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"
#include "unit/storage/backup_files.hpp"

using tenancy::BackupOptions;
using tenancy::BackupProgress;
using tenancy::BackupReport;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::verify_backup;
using tenancy::WriteTransaction;
using tenancy_test::bytes_of;
using tenancy_test::code_of;
using tenancy_test::fill_a_little;
using tenancy_test::must;
using tenancy_test::names_in;
using tenancy_test::Note;
using tenancy_test::open_copy;
using tenancy_test::Path;
using tenancy_test::status_of_child;
using tenancy_test::TemporaryFolder;
using tenancy_test::TestStore;
using tenancy_test::write_bytes;

namespace {

/// Enough that a copy does not fit into SQLite's page cache, and grows while it is written.
void fill(const tenancy::Authority& authority, tenancy::TenantId tenant) {
  const std::string large(20'000, 'x');
  must(authority.store().write(
      must(authority.enter(tenant)), [&](WriteTransaction& tx) -> Result<void> {
        for (int i = 0; i < 400; ++i) {
          const std::string id = "large " + std::to_string(i);
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id, .link = large}));
        }
        return tenancy::success();
      }));
}
void fill(const TestStore& test) { fill(test.authority, test.acme.id); }

/// A store of some megabytes, for a process that is about to end.
tenancy::Authority filled_store(const Path& file) {
  auto authority =
      must(tenancy::open("sqlite:" + file.string(), {.migrations = tenancy_test::test_schema()}));
  fill(authority, must(authority.registry().create({"acme", "Acme Inc."})).id);
  return authority;
}

bool write_line(const char* file, const std::string& line) {
  std::ofstream out{file};
  out << line;
  return out.flush().good();
}

/// Mounts a disk of one megabyte that only this process sees and that goes with it.
bool mount_small_disk(const Path& folder) {
  const auto user = ::getuid();
  const auto group = ::getgid();
  if (::unshare(CLONE_NEWNS) != 0) {
    // Whoever is not root may mount in a user namespace of its own.
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        !write_line("/proc/self/setgroups", "deny") ||
        !write_line("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") ||
        !write_line("/proc/self/gid_map", "0 " + std::to_string(group) + " 1")) {
      return false;
    }
  }
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
}

/// What the documentation shows.
Result<std::string> back_up(const tenancy::Authority& authority,
                            const std::filesystem::path& target) {
  const tenancy::BackupOptions options{.call = CallOptions::within(std::chrono::minutes{10})};
  BOOST_OUTCOME_TRY(const auto report, authority.backup(target, options));
  return report.digest;  // kept elsewhere, it tells later whether a single byte has changed
}

bool is_same(const BackupReport& one, const BackupReport& other) {
  return one.bytes == other.bytes && one.pages == other.pages && one.tenants == other.tenants &&
         one.schema == other.schema && one.digest == other.digest;
}

bool is_midway(const BackupProgress& progress) {
  return progress.bytes_written > 0 && progress.bytes_written < progress.bytes_expected;
}

/// One tenant's thread that writes a note and a task of the same number in each transaction.
class PairWriter {
 public:
  PairWriter(const TestStore& test, const tenancy::Tenant& tenant) noexcept
      : test_{test}, tenant_{tenant} {}

  /// Each note also tells how many of the other's transactions were done before it began.
  void run(const PairWriter& other, const std::atomic<bool>& stops) {
    const auto context = test_.enter(tenant_);
    while (!stops) {
      const std::int64_t number = done_;
      const std::int64_t seen = other.done_;
      must(test_.store.write(context, [&](WriteTransaction& tx) -> Result<void> {
        const std::string id = std::to_string(number);
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id, .stars = seen}));
        BOOST_OUTCOME_TRY(Repository<tenancy_test::Task>{tx}.insert({number, id, false, 0}));
        return tenancy::success();
      }));
      ++done_;
    }
  }

  [[nodiscard]] std::int64_t done() const noexcept { return done_; }
  void wait_for(std::int64_t count) const noexcept {
    while (done_ < count) {
      std::this_thread::yield();
    }
  }

 private:
  const TestStore& test_;
  const tenancy::Tenant& tenant_;
  std::atomic<std::int64_t> done_ = 0;
};

/// What a copy holds of one tenant's pairs: how many, once they proved to be the first ones, and
/// the most that one of them had seen of the other tenant's.
struct Pairs {
  std::int64_t count = 0;
  std::int64_t seen = 0;
};

Pairs pairs_in(SQLite::Database& copy, const tenancy::Tenant& tenant) {
  SQLite::Statement notes{copy,
                          "SELECT count(*), ifnull(max(CAST(id AS INTEGER)) + 1, 0), "
                          "ifnull(max(stars), 0) FROM notes WHERE tenant_id = ?1 AND link IS NULL"};
  notes.bind(1, tenant.id.value());
  REQUIRE(notes.executeStep());
  const Pairs pairs{notes.getColumn(0).getInt64(), notes.getColumn(2).getInt64()};
  CHECK(notes.getColumn(1).getInt64() == pairs.count);
  SQLite::Statement tasks{copy, "SELECT count(*) FROM tasks WHERE tenant_id = ?1"};
  tasks.bind(1, tenant.id.value());
  REQUIRE(tasks.executeStep());
  CHECK(tasks.getColumn(0).getInt64() == pairs.count);
  return pairs;
}

}  // namespace

TEST_CASE("a backup opens as a store with the same tenants, rows and keys") {
  const TestStore test;
  fill_a_little(test);
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "key"}));
  test.run_raw("PRAGMA application_id = 0x746e6379; PRAGMA user_version = 7");
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";

  const auto report = must(test.authority.backup(target));

  CHECK(report.bytes == std::filesystem::file_size(target));
  CHECK(report.pages > 10);
  CHECK(report.tenants == 2);
  REQUIRE(report.schema.size() == 2);
  CHECK(report.schema[0] == tenancy::AppliedVersion{"app", 2});
  CHECK(report.schema[1].component == "tenancy");
  CHECK(report.digest.size() == 64);
  CHECK(is_same(must(verify_backup(target)), report));
  struct stat status = {};
  REQUIRE(::stat(target.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600U);
  CHECK(status.st_nlink == 1);
  CHECK(names_in(folder.path()) == std::set<std::string>{"copy.db"});
  {
    SQLite::Database raw{target.string()};
    CHECK(raw.execAndGet("PRAGMA application_id").getInt() == 0x746e6379);
    CHECK(raw.execAndGet("PRAGMA user_version").getInt() == 7);
  }

  const auto restored = open_copy(test, target);
  const auto acme = must(restored.authenticator().authenticate(issued.text.unsafe_text()));
  CHECK(acme.tenant() == test.acme.id);
  CHECK(must(ReadRepository<Note>{restored.store(), acme}.count()) == 40);
  const auto restored_globex = must(restored.enter(test.globex.id));
  must(Repository<Note>{restored.store(), restored_globex}.insert(
      {.id = "new", .title = "in the copy alone"}));
  const auto globex = test.enter(test.globex);
  CHECK_FALSE(must(ReadRepository<Note>{test.store, globex}.find("new")).has_value());
}

TEST_CASE("the program of the documentation makes a backup") {
  const TestStore test;
  const TemporaryFolder folder;
  const auto digest = must(back_up(test.authority, folder / "copy.db"));
  CHECK(must(verify_backup(folder / "copy.db")).digest == digest);
}

TEST_CASE("a temporary store can be backed up") {
  const TemporaryFolder folder;
  const auto authority = must(tenancy::open("sqlite::memory:"));
  must(authority.registry().create({"acme", "Acme Inc."}));
  CHECK(must(authority.backup(folder / "copy.db")).tenants == 1);
}

TEST_CASE("a copy holds what was committed at one moment, while two tenants write") {
  const TestStore test;
  fill(test);
  const TemporaryFolder folder;
  std::atomic<bool> stops = false;
  PairWriter acme{test, test.acme};
  PairWriter globex{test, test.globex};
  std::thread acme_thread{[&] { acme.run(globex, stops); }};
  std::thread globex_thread{[&] { globex.run(acme, stops); }};

  struct Copy {
    Path file;
    std::array<std::int64_t, 2> before;
    std::array<std::int64_t, 2> midway;
    Result<BackupReport> made;
  };
  std::vector<Copy> copies;
  for (const auto* const name : {"1", "2", "3", "4"}) {
    const std::array<std::int64_t, 2> before{acme.done(), globex.done()};
    std::array<std::int64_t, 2> midway{-1, -1};
    const BackupOptions options{.progress = [&](const BackupProgress& progress) {
      if (is_midway(progress) && midway[0] < 0) {
        midway = {acme.done(), globex.done()};
        // One transaction of each may have begun before; the others are later than the snapshot.
        acme.wait_for(midway[0] + 3);
        globex.wait_for(midway[1] + 3);
      }
    }};
    auto made = test.authority.backup(folder / name, options);
    copies.push_back({folder / name, before, midway, std::move(made)});
  }
  stops = true;
  acme_thread.join();
  globex_thread.join();

  for (const Copy& copy : copies) {
    must(copy.made);
    REQUIRE(copy.midway[0] >= 0);
    SQLite::Database raw{copy.file.string()};
    const Pairs of_acme = pairs_in(raw, test.acme);
    const Pairs of_globex = pairs_in(raw, test.globex);
    CHECK(of_acme.count >= copy.before[0]);
    CHECK(of_acme.count <= copy.midway[0] + 1);
    CHECK(of_globex.count >= copy.before[1]);
    CHECK(of_globex.count <= copy.midway[1] + 1);
    // What one tenant had seen of the other is there, too.
    CHECK(of_acme.seen <= of_globex.count);
    CHECK(of_globex.seen <= of_acme.count);
  }
}

TEST_CASE("whatever stands under the target's name stays as it is") {
  const TestStore test;
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";

  SUBCASE("a file") {
    write_bytes(target, "precious");
    CHECK(code_of(test.authority.backup(target)) == errc::already_exists);
    CHECK(bytes_of(target) == "precious");
    CHECK(names_in(folder.path()).size() == 1);
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(target);
    CHECK(code_of(test.authority.backup(target)) == errc::already_exists);
    CHECK(names_in(folder.path()).size() == 1);
  }
  SUBCASE("a symbolic link that leads nowhere") {
    std::filesystem::create_symlink(folder / "elsewhere", target);
    CHECK(code_of(test.authority.backup(target)) == errc::already_exists);
    CHECK(names_in(folder.path()).size() == 1);
  }
  SUBCASE("a log or journal that would be taken for the copy's") {
    for (const auto* const name : {"copy.db-wal", "copy.db-journal"}) {
      write_bytes(folder / name, "old");
      CHECK(code_of(test.authority.backup(target)) == errc::already_exists);
      CHECK(names_in(folder.path()) == std::set<std::string>{name});
      std::filesystem::remove(folder / name);
    }
  }
  SUBCASE("a file that comes while the copy is made") {
    const BackupOptions options{
        .progress = [&](const BackupProgress& /*progress*/) { write_bytes(target, "precious"); }};
    CHECK(code_of(test.authority.backup(target, options)) == errc::already_exists);
    CHECK(bytes_of(target) == "precious");
    CHECK(names_in(folder.path()).size() == 1);
  }
  SUBCASE("a log that comes while the copy is made") {
    const auto log = folder / "copy.db-wal";
    const BackupOptions options{
        .progress = [&](const BackupProgress& /*progress*/) { write_bytes(log, "precious"); }};
    CHECK(code_of(test.authority.backup(target, options)) == errc::already_exists);
    CHECK(bytes_of(log) == "precious");
    CHECK(names_in(folder.path()).size() == 1);
  }
}

TEST_CASE("a target that cannot be written is a typed error") {
  const TestStore test;
  const TemporaryFolder folder;
  CHECK(code_of(test.authority.backup(folder / "none" / "copy.db")) == errc::cannot_open);
  CHECK(code_of(test.authority.backup(folder.path() / "")) == errc::invalid_argument);
  CHECK(code_of(test.authority.backup("")) == errc::invalid_argument);
  CHECK(code_of(test.authority.backup(std::string("a\0b", 3))) == errc::invalid_argument);
}

TEST_CASE("progress begins at nothing, grows, and ends at the size of the backup") {
  const TestStore test;
  fill(test);
  const TemporaryFolder folder;
  std::vector<BackupProgress> told;
  const auto report = must(test.authority.backup(
      folder / "copy.db",
      {.progress = [&](const BackupProgress& progress) { told.push_back(progress); }}));

  REQUIRE(told.size() > 10);
  CHECK(told.size() < 120);
  CHECK(told.front().bytes_written == 0);
  CHECK(told.front().bytes_expected > 8'000'000);
  CHECK(told.back().bytes_written == report.bytes);
  CHECK(told.back().bytes_expected == report.bytes);
  CHECK(std::ranges::is_sorted(told, {}, &BackupProgress::bytes_written));
  for (const auto& progress : told) {
    CHECK(progress.bytes_written <= progress.bytes_expected);
  }
}

TEST_CASE("a backup that is stopped leaves nothing behind") {
  const TestStore test;
  fill(test);
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  std::stop_source stop;
  BackupOptions options{.call = {.stop = stop.get_token()}};
  errc expected = errc::cancelled;

  SUBCASE("before it begins") { stop.request_stop(); }
  SUBCASE("in the middle of the copy") {
    options.progress = [&](const BackupProgress& progress) {
      if (is_midway(progress)) {
        CHECK(names_in(folder.path()).size() >= 1);
        stop.request_stop();
      }
    };
  }
  SUBCASE("when the copy is about to be checked") {
    options.progress = [&](const BackupProgress& progress) {
      if (progress.bytes_written == progress.bytes_expected) {
        stop.request_stop();
      }
    };
  }
  SUBCASE("by a deadline that has passed") {
    options.call.deadline = CallOptions::Clock::now() - std::chrono::seconds{1};
    expected = errc::deadline_exceeded;
  }
  SUBCASE("by a deadline that passes in the middle") {
    options.call = CallOptions::within(std::chrono::milliseconds{200});
    options.progress = [&](const BackupProgress& progress) {
      while (is_midway(progress) && CallOptions::Clock::now() < options.call.deadline) {
        std::this_thread::yield();
      }
    };
    expected = errc::deadline_exceeded;
  }

  CHECK(code_of(test.authority.backup(target, options)) == expected);
  CHECK(names_in(folder.path()).empty());
  must(test.authority.backup(target));
}

TEST_CASE("an exception of the host's callback ends the backup and reaches the caller") {
  const TestStore test;
  fill(test);
  const TemporaryFolder folder;
  for (const bool midway : {false, true}) {
    const BackupOptions options{.progress = [&](const BackupProgress& progress) {
      if (is_midway(progress) == midway) {
        throw std::runtime_error{"host code"};
      }
    }};
    CHECK_THROWS_WITH_AS(static_cast<void>(test.authority.backup(folder / "copy.db", options)),
                         "host code", std::runtime_error);
    CHECK(names_in(folder.path()).empty());
  }
  must(test.authority.backup(folder / "copy.db"));
}

TEST_CASE("the host's callback may use the store, and drop its last handle") {
  TestStore test;
  fill(test);
  const TemporaryFolder folder;
  const auto acme = test.enter(test.acme);
  auto authority = std::make_optional(test.open_again());
  const auto other_acme = must(authority->enter(test.acme.id));
  bool wrote = false;
  must(authority->backup(
      folder / "copy.db", {.progress = [&](const BackupProgress& progress) {
        if (is_midway(progress) && !wrote) {
          must(Repository<Note>{authority->store(), other_acme}.insert({.id = "a", .title = "a"}));
          must(Repository<Note>{test.store, acme}.insert({.id = "b", .title = "b"}));
          wrote = true;
        }
      }}));
  CHECK(wrote);
}

TEST_CASE("a process that is killed in the middle of a backup publishes nothing") {
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  const int status = status_of_child([&] {
    const auto authority = filled_store(folder / "store.db");
    static_cast<void>(authority.backup(target, {.progress = [](const BackupProgress& progress) {
                                         if (is_midway(progress)) {
                                           ::kill(::getpid(), SIGKILL);
                                         }
                                       }}));
    return 1;
  });
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);

  CHECK_FALSE(std::filesystem::exists(target));
  const auto is_draft = [](const std::string& name) { return name.starts_with("copy.db.draft-"); };
  CHECK(std::ranges::any_of(names_in(folder.path()), is_draft));
  const auto authority = must(tenancy::open("sqlite:" + (folder / "store.db").string(),
                                            {.migrations = tenancy_test::test_schema()}));
  CHECK(must(authority.backup(target)).tenants == 1);
}

TEST_CASE("a backup that does not fit leaves nothing behind and names the folder") {
  const TemporaryFolder folder;
  const auto disk = folder / "disk";
  std::filesystem::create_directory(disk);
  enum Outcome { good, no_disk, not_refused, other_error, no_name, leftovers, no_second_try };
  const int status = status_of_child([&]() -> int {
    if (!mount_small_disk(disk)) {
      return no_disk;
    }
    const auto authority = filled_store(folder / "store.db");
    const auto made = authority.backup(disk / "copy.db");
    if (made) {
      return not_refused;
    }
    if (made.error().code() != errc::storage_full) {
      std::cerr << made.error() << '\n';
      return other_error;
    }
    if (made.error().message().find(disk.string()) == std::string::npos) {
      return no_name;
    }
    if (!names_in(disk).empty()) {
      return leftovers;
    }
    return authority.backup(folder / "copy.db") ? good : no_second_try;
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == good);
}

TEST_CASE("a store whose rows break its rules is not backed up, and no value is told") {
  const TestStore test;
  fill_a_little(test);
  const TemporaryFolder folder;
  std::string expected;
  SUBCASE("a column that holds nothing") {
    test.run_raw(
        "CREATE TABLE extra (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO extra VALUES (4711, "
        "NULL);"
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, 'a TEXT', 'a TEXT NOT NULL')");
    expected = "NULL value in extra.a";
  }
  SUBCASE("a column of another type") {
    test.run_raw(
        "CREATE TABLE extra (id INTEGER PRIMARY KEY, a TEXT) STRICT;"
        "INSERT INTO extra VALUES (4711, '4711'); PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, 'a TEXT', 'a INTEGER') WHERE name = 'extra'");
    expected = "extra.a";
  }
  SUBCASE("a reference") {
    test.run_raw("PRAGMA foreign_keys = OFF; UPDATE tasks SET note = '4711' WHERE number = 3");
    expected = "rows of tasks refer to rows of notes that do not exist";
  }
  SUBCASE("an order") {
    // The rowids of two neighbours, as one may find them after a fault in memory.
    test.run_raw(
        "CREATE TABLE extra (id INTEGER PRIMARY KEY); "
        "INSERT INTO extra VALUES (4711), (4712), (4713)");
    must(test.authority.backup(folder / "good.db"));
    auto bytes = bytes_of(folder / "good.db");
    // The number 4712 as a variable-length integer, between a payload size and a header size.
    const std::string cell{"\x02\xa4\x68\x02", 4};
    const auto at = bytes.find(cell);
    REQUIRE(at != std::string::npos);
    bytes[at + 2] = '\x60';
    write_bytes(folder / "bad.db", bytes);
    const auto verified = verify_backup(folder / "bad.db");
    REQUIRE_FALSE(verified);
    CHECK(code_of(verified) == errc::corrupt_store);
    CHECK(verified.error().message().find("Rowid (key) out of order") != std::string::npos);
    return;
  }
  const auto made = test.authority.backup(folder / "copy.db");
  REQUIRE_FALSE(made);
  CHECK(code_of(made) == errc::corrupt_store);
  CHECK(made.error().message().find(expected) != std::string::npos);
  CHECK(made.error().message().find("4711") == std::string::npos);
  CHECK(names_in(folder.path()).empty());
}
