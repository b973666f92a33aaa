// A server whose disk is really full: a small filesystem in memory, in a mount namespace that the
// server is started in, so that nothing is left behind and nobody else sees it.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "faults_postgres/store_on.hpp"
#include "support/child_process.hpp"
#include "support/mounts.hpp"
#include "support/temporary_folder.hpp"

using namespace std::chrono_literals;
using tenancy::errc;
using tenancy::Repository;
using tenancy_test::DatabaseOn;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresCluster;
using tenancy_test::RawSession;
using tenancy_test::require_system;

namespace {

/// Mounts of this process's own, in which it stays the user that it is: the server is not to be
/// root.
void leave_mounts_alone_as_oneself() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  require_system(::unshare(CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER)) == 0, "unshare");
  if (user != 0) {
    std::ofstream{"/proc/self/setgroups"} << "deny";
    std::ofstream{"/proc/self/uid_map"} << user << " " << user << " 1";
    std::ofstream{"/proc/self/gid_map"} << group << " " << group << " 1";
  }
  require_system(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private");
}

void size_disk(const std::filesystem::path& folder, const char* size, unsigned long flags) {
  require_system(::mount("small", folder.c_str(), "tmpfs", flags, size) == 0, "tmpfs");
}

/// A folder on it, of the user whom the server runs as.
std::string folder_for_server(const std::filesystem::path& disk) {
  const auto folder = disk / "space";
  std::filesystem::create_directory(folder);
  if (::geteuid() == 0) {
    const passwd* who = ::getpwnam("postgres");
    who = who == nullptr ? ::getpwnam("nobody") : who;
    require_system(who != nullptr && ::chown(folder.c_str(), who->pw_uid, who->pw_gid) == 0,
                   "chown");
  }
  return folder.string();
}

/// What is broken, or nothing.
std::string fill_and_make_room(const std::filesystem::path& disk) {
  const PostgresCluster cluster{""};
  const DatabaseOn database{cluster, "full"};
  const auto authority = database.open();
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  const Repository<Note> notes{authority.store(), context};
  const RawSession admin{database.admin_url()};
  admin.run("CREATE TABLESPACE small LOCATION '" + folder_for_server(disk) + "'");
  admin.run("ALTER TABLE notes SET TABLESPACE small");
  const auto write = [&](int number) {
    const std::string id = "n" + std::to_string(number);
    std::string text;
    for (int i = 0; i < 800; ++i) {
      text += std::to_string(number * 7919 + i * 104729);
    }
    Note note{.id = id, .title = id, .link = std::move(text)};
    return notes.insert(note);
  };
  std::string broken;
  int kept = 0;
  while (true) {
    const auto done = write(kept);
    if (!done) {
      broken += done.error() == errc::storage_full ? "" : done.error().to_string() + "\n";
      break;
    }
    if (++kept > 5'000) {
      return "the disk does not get full";
    }
  }
  broken += kept > 50 ? "" : "the disk was full from the beginning\n";
  // In a transaction of several statements it is the statement that fails.
  const auto several =
      authority.store().write(context, [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
        std::vector<Note> many;
        for (int i = 0; i < 2'000; ++i) {
          many.push_back(
              {.id = "m" + std::to_string(i), .title = std::string(900, 'x') + std::to_string(i)});
        }
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert_many(many));
        return tenancy::success();
      });
  broken += !several && several.error() == errc::storage_full
                ? ""
                : "several rows fit, or fail otherwise\n";
  broken += must(notes.count()) == kept ? "" : "what was acknowledged is not there, or more is\n";
  broken += notes.require("n0") ? "" : "a full disk stops reads\n";

  size_disk(disk, "size=64m", MS_REMOUNT);
  const auto again = write(kept);
  broken += again ? "" : "there is room, and still: " + again.error().to_string() + "\n";
  broken += must(notes.count()) == kept + 1 ? "" : "rows are missing in the end\n";
  return broken;
}

/// The same where it is the write-ahead log that finds no room: then the server ends.
std::string fill_the_log_and_make_room(const std::filesystem::path& disk) {
  PostgresCluster cluster{"waldir=" + folder_for_server(disk) +
                          " synchronous_commit=on wal_keep_size=1GB max_wal_size=1GB"};
  const DatabaseOn database{cluster, "full"};
  const auto authority = database.open();
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  std::mt19937_64 random{1};
  const auto write = [&](int number) {
    std::string text;
    while (text.size() < 20'000) {
      text += std::to_string(random());
    }
    const std::string id = "n" + std::to_string(number);
    return Repository<Note>{authority.store(), context, tenancy::CallOptions::within(5s)}.insert(
        {.id = id, .title = id, .link = std::move(text)});
  };
  std::string broken;
  const auto require_typed = [&](const tenancy::Error& error, const char* when) {
    const bool is_typed = error == errc::storage_full || error == errc::unreachable ||
                          error == errc::commit_unknown || error == errc::deadline_exceeded ||
                          error == errc::busy;
    broken += is_typed ? "" : std::string{when} + ": " + error.to_string() + "\n";
  };
  int kept = 0;
  while (true) {
    const auto done = write(kept);
    if (!done) {
      require_typed(done.error(), "when the log is full");
      break;
    }
    if (++kept > 20'000) {
      return "the log does not get full";
    }
  }
  broken += kept > 50 ? "" : "the log was full from the beginning\n";
  for (int i = 1; i < 4; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    const auto refused = write(kept + i);
    broken += refused ? "there is no room, and still a row is taken\n" : "";
    if (!refused) {
      require_typed(refused.error(), "while the log is full");
    }
    broken += std::chrono::steady_clock::now() - begun < 20s ? "" : "it takes too long\n";
  }

  std::ostringstream said;
  said << std::ifstream{cluster.folder() + "/log"}.rdbuf();
  broken += said.str().find("PANIC") != std::string::npos ? "" : "the server did not end\n";

  size_disk(disk, "size=256m", MS_REMOUNT);
  cluster.restart();
  const int last = kept + 4;
  broken += tenancy_test::comes_true([&] { return write(last).has_value(); })
                ? ""
                : "there is room, and still no row is taken\n";
  const Repository<Note> notes{authority.store(), context};
  for (int i = 0; i < kept; ++i) {
    broken += notes.require("n" + std::to_string(i)) ? "" : "an acknowledged row is gone\n";
  }
  // Of the first that was refused nobody knows.
  const auto count = must(notes.count());
  broken += count == kept + 1 || count == kept + 2 ? "" : "there are more rows than were written\n";
  return broken;
}

/// What is broken where the folder is a small disk that is filled so.
std::string on_a_small_disk(const char* size,
                            std::string (*fill)(const std::filesystem::path& disk)) {
  const tenancy_test::TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  return tenancy_test::text_from_child([&] {
    leave_mounts_alone_as_oneself();
    size_disk(folder.path(), size, 0);
    return fill(folder.path());
  });
}

}  // namespace

TEST_CASE(
    "a server whose disk is full refuses writes, keeps reads, and takes writes once there is "
    "room") {
  CHECK(on_a_small_disk("size=3m,mode=755", fill_and_make_room) == "");
}

TEST_CASE("a server whose log finds no room ends, and loses nothing that it has acknowledged") {
  CHECK(on_a_small_disk("size=40m,mode=755", fill_the_log_and_make_room) == "");
}
