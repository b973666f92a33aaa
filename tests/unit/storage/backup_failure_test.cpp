// What a backup and its check do when the system refuses something.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/storage/backup.hpp"

#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/mounts.hpp"
#include "support/read_hook.hpp"
#include "support/refused_call.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;
using tenancy::verify_backup;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::refuse_call;
using tenancy_test::SystemCall;
using tenancy_test::TemporaryFolder;
using tenancy_test::TestStore;
using tenancy_test::text_from_child;
using tenancy_test::VfsCall;

namespace {

using std::chrono::milliseconds;

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

tenancy::Authority small_store(const std::filesystem::path& file) {
  auto authority =
      must(tenancy::open("sqlite:" + file.string(), {.migrations = tenancy_test::test_schema()}));
  must(authority.registry().create({"acme", "Acme Inc."}));
  return authority;
}

/// Some thousand pages, nearly all of one table.
void fill(const TestStore& test) {
  const std::string large(20'000, 'x');
  must(test.store.write(test.enter(test.acme), [&](WriteTransaction& tx) -> Result<void> {
    for (int i = 0; i < 400; ++i) {
      const std::string id = std::to_string(i);
      BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id, .link = large}));
    }
    return tenancy::success();
  }));
}

void wait_until(CallOptions::Clock::time_point moment) {
  while (CallOptions::Clock::now() < moment) {
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("what the system refuses a backup is told with its reason, and nothing is left behind") {
  const SystemCall create{__NR_openat, 2, O_EXCL, O_EXCL};
  const SystemCall sync{__NR_fsync};
  const SystemCall open_folder{__NR_openat, 2, O_DIRECTORY, O_DIRECTORY};
  struct Refusal {
    SystemCall call;
    int reason;
    const char* code;
    std::string words;
  };
  const std::array<Refusal, 9> refusals{{
      {create, ENOSPC, "/storage_full", "does not fit into "},
      {create, EDQUOT, "/storage_full", "does not fit into "},
      {create, EIO, "/io_error", "creating a draft"},
      {create, EROFS, "/storage_read_only", "creating a draft"},
      {create, EACCES, "/cannot_open", "creating a draft"},
      {sync, EIO, "/io_error", "syncing the draft"},
      {sync, EDQUOT, "/storage_full", "does not fit into "},
      {tenancy_test::link_call, EPERM, "/cannot_open", "giving the backup its name"},
      {open_folder, EIO, "/io_error", "syncing the folder"},
  }};
  for (const Refusal& refusal : refusals) {
    const TemporaryFolder folder;
    const auto backups = folder / "backups";
    std::filesystem::create_directory(backups);
    const std::string said = text_from_child([&]() -> std::string {
      const auto authority = small_store(folder / "store.db");
      refuse_call(refusal.call, refusal.reason);
      const auto made = authority.backup(backups / "copy.db");
      return made ? "made" : made.error().to_string();
    });
    CAPTURE(said);
    CAPTURE(refusal.words);
    CHECK(said.find(refusal.code) != std::string::npos);
    CHECK(said.find(refusal.words) != std::string::npos);
    CHECK(said.find(backups.string()) != std::string::npos);
    CHECK(names_in(backups).empty());
  }
}

TEST_CASE("a backup touches nothing in the working folder but its target") {
  const TemporaryFolder folder;
  const auto work = folder / "work";
  std::filesystem::create_directory(work);
  const std::set<std::string> others{"-journal", "-shm", "-wal"};
  const std::string said = text_from_child([&]() -> std::string {
    const auto authority = small_store(folder / "store.db");
    std::filesystem::current_path(work);
    for (const auto& name : others) {
      std::ofstream{name} << "another's";
    }
    must(authority.backup("copy.db"));
    return "made";
  });
  CHECK(said == "made");
  auto names = names_in(work);
  CHECK(names.erase("copy.db") == 1);
  CHECK(names == others);
}

TEST_CASE("a backup into a working folder that is gone is refused by its name") {
  const TemporaryFolder folder;
  const std::string said = text_from_child([&]() -> std::string {
    const auto authority = small_store(folder / "store.db");
    std::filesystem::create_directory(folder / "gone");
    std::filesystem::current_path(folder / "gone");
    std::filesystem::remove(folder / "gone");
    const auto made = authority.backup("copy.db");
    return made ? "made" : made.error().to_string();
  });
  CAPTURE(said);
  CHECK(said.find("/cannot_open") != std::string::npos);
  CHECK(said.find("copy.db: finding the folder failed") != std::string::npos);
}

TEST_CASE("a backup waits for who has the store locked, but no longer than it may") {
  FaultVfs vfs;
  vfs.skip_waits(true);
  const TemporaryFolder folder;
  const auto is_busy = [&](bool persistent) {
    vfs.arm({{.kind = FaultKind::busy, .nth = 1, .only = VfsCall::lock, .persistent = persistent}});
  };
  {
    const TestStore test{{.max_wait = std::chrono::hours{1}}};
    is_busy(false);
    must(test.authority.backup(folder / "waited.db"));
    CHECK(vfs.failed() == 1);
    is_busy(true);
    CHECK(code_of(test.authority.backup(folder / "copy.db",
                                        {.call = CallOptions::within(milliseconds{20})})) ==
          errc::deadline_exceeded);
    vfs.disarm();
  }
  const TestStore test{{.max_wait = milliseconds{20}}};
  is_busy(true);
  CHECK(code_of(test.authority.backup(folder / "copy.db")) == errc::busy);
  CHECK(vfs.failed() > 1);
  vfs.disarm();
  CHECK(names_in(folder.path()) == std::set<std::string>{"waited.db"});
}

TEST_CASE("a backup that cannot be read is never sound") {
  FaultVfs vfs;
  const TestStore test;
  // What a row does not have room for in its page is read, too.
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert(
      {.title = "long", .link = std::string(20'000, 'x')}));
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  must(test.authority.backup(target));
  vfs.arm();
  must(verify_backup(target));
  const auto calls = vfs.calls();

  const auto fail = [&](VfsCall call, FaultKind kind, std::uint64_t nth) {
    vfs.arm({{.kind = kind, .nth = nth, .only = call}});
    return code_of(verify_backup(target));
  };
  const auto count = [&](VfsCall call) {
    return static_cast<std::uint64_t>(std::ranges::count(calls, call));
  };
  REQUIRE(count(VfsCall::open) == 1);
  CHECK(fail(VfsCall::open, FaultKind::cannot_open, 1) == errc::cannot_open);
  for (std::uint64_t nth = 1; nth <= count(VfsCall::file_size); ++nth) {
    CHECK(fail(VfsCall::file_size, FaultKind::io_error, nth) == errc::io_error);
  }
  const auto reads = count(VfsCall::read);
  // Beyond those of the header and of the schema.
  REQUIRE(reads > 4);
  for (std::uint64_t nth = 1; nth <= reads; ++nth) {
    CAPTURE(nth);
    CHECK(fail(VfsCall::read, FaultKind::io_error, nth) == errc::io_error);
  }
}

TEST_CASE("a check that is stopped ends in the midst of a table") {
  const TestStore test;
  fill(test);
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  must(test.authority.backup(target));
  constexpr int until_stop = 100;
  const tenancy_test::Stopper stopper;
  CallOptions call;
  errc expected = errc::cancelled;
  SUBCASE("by its token") { call = stopper.options(); }
  SUBCASE("by its deadline") {
    call = CallOptions::within(milliseconds{300});
    expected = errc::deadline_exceeded;
  }
  int reads = 0;
  const tenancy_test::ReadHook hook{[&](std::size_t /*size*/) {
    ++reads;
    if (reads == until_stop) {
      stopper.request_stop();
      if (expected == errc::deadline_exceeded) {
        wait_until(call.deadline);
      }
    } else if (reads > until_stop) {
      // Some time for whoever is to interrupt it.
      wait_until(CallOptions::Clock::now() + milliseconds{1});
    }
  }};
  CHECK(code_of(verify_backup(target, call)) == expected);
  CHECK(reads >= until_stop);
  // The table has some two thousand pages.
  CHECK(reads < 1'000);
}

TEST_CASE("a check that is stopped while the whole file is read reads no more of it") {
  const TestStore test;
  fill(test);
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  must(test.authority.backup(target));
  const tenancy_test::Stopper stopper;
  // Larger than any page.
  constexpr std::size_t large = std::size_t{1} << 17U;
  int large_reads = 0;
  const tenancy_test::ReadHook hook{[&](std::size_t size) {
    if (size >= large) {
      ++large_reads;
      stopper.request_stop();
    }
  }};
  CHECK(code_of(verify_backup(target, stopper.options())) == errc::cancelled);
  CHECK(large_reads == 1);
}
