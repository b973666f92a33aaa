// A disk that is really full: a small filesystem in memory, in a mount namespace of a process of
// its own, so that nothing is left behind and nobody else sees it.

#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash/pairs.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy::errc;
using tenancy::Result;
using tenancy_test::file_in;
using tenancy_test::Findings;
using tenancy_test::Ledger;
using tenancy_test::must;
using tenancy_test::OpenStore;
using tenancy_test::PairName;
using tenancy_test::Template;
using tenancy_test::TemporaryFolder;

namespace {

bool write_text(const char* file, std::string_view text) {
  const int descriptor = ::open(file, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return false;
  }
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  return written;
}

/// Gives this process mounts of its own; without root, as root of a namespace of its own.
bool leave_mounts_alone() {
  const auto user = std::to_string(::geteuid());
  const auto group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        !write_text("/proc/self/setgroups", "deny") ||
        !write_text("/proc/self/uid_map", "0 " + user + " 1") ||
        !write_text("/proc/self/gid_map", "0 " + group + " 1")) {
      return false;
    }
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// Runs the action in a child process that sees a small filesystem in that folder, and gives what
/// it finds broken, or why it could not run.
template <class Action>
std::string on_small_disk(const std::filesystem::path& folder, const char* size, Action action) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  // What stands in the buffers would otherwise be written by the child, too.
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    Findings findings;
    if (!leave_mounts_alone() ||
        ::mount("small", folder.c_str(), "tmpfs", 0, (std::string{"size="} + size).c_str()) != 0) {
      findings.add("no small filesystem: this test needs root or user namespaces");
    } else {
      try {
        action(findings);
      } catch (const std::exception& failure) {
        findings.add(std::string{"an exception: "} + failure.what());
      } catch (...) {
        findings.add("a requirement was not met; it is told above");
      }
    }
    const std::string text = findings.text() + "end\n";
    const bool told =
        ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (!text.ends_with("end\n") || status != 0) {
    return "the child ended too early: " + text;
  }
  text.resize(text.size() - 4);
  return text;
}

/// Something else on the disk, which can go when room is needed.
class Ballast {
 public:
  Ballast(std::filesystem::path file, std::size_t size) : file_{std::move(file)} {
    std::ofstream{file_, std::ios::binary} << std::string(size, 'x');
  }
  void drop() const { std::filesystem::remove(file_); }

 private:
  std::filesystem::path file_;
};

/// Writes pairs until the disk is full; gives how many were kept.
int fill(const OpenStore& open, std::size_t tenant, const std::string& prefix, Ledger& ledger,
         Findings& findings) {
  constexpr int more_than_fit = 20'000;
  for (int i = 0; i < more_than_fit; ++i) {
    const PairName pair{tenant, prefix + std::to_string(i)};
    const auto answer =
        tenancy_test::put_pair(open.store, open.contexts.at(tenant), pair.key, 1, 1'500);
    ledger.answered(pair, 1, answer);
    if (answer) {
      continue;
    }
    if (answer.error() != errc::storage_full) {
      check_answer(answer.error(), false, "a write to a full disk", findings);
    }
    const auto version = read_pair(open.store, open.contexts.at(tenant), pair, findings);
    if (!version) {
      findings.add("a full disk stops reads: " + version.error().to_string());
    } else if (!ledger.allows(pair, version.value())) {
      findings.add("what did not fit is there");
    }
    // The log's index has no room either, and SQLite says no more than that it failed.
    if (answer.error() == errc::storage_full) {
      return i;
    }
  }
  findings.add("the disk did not get full");
  return more_than_fit;
}

void fill_and_make_room(const std::filesystem::path& folder, std::size_t threads,
                        Findings& findings) {
  const TemporaryFolder home;
  const Template original{home.path()};
  original.copy_to(folder);
  const Ballast ballast{folder / "ballast", 1U << 20U};
  Ledger ledger;
  {
    const OpenStore open = must(original.open(folder));
    std::atomic<int> kept = 0;
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < threads; ++i) {
      writers.emplace_back([&, i] {
        kept += fill(open, i % tenancy_test::tenant_count, "writer" + std::to_string(i) + "-",
                     ledger, findings);
      });
    }
    for (auto& writer : writers) {
      writer.join();
    }
    if (kept < 50) {
      findings.add("the disk was full from the beginning");
    }
    check_against(ledger, open, findings);

    ballast.drop();
    for (std::size_t tenant = 0; tenant < tenancy_test::tenant_count; ++tenant) {
      const PairName pair{tenant, "room"};
      const auto answer =
          tenancy_test::put_pair(open.store, open.contexts.at(tenant), pair.key, 1, 1'500);
      ledger.answered(pair, 1, answer);
      if (!answer) {
        findings.add("there is room, and still: " + answer.error().to_string());
      }
    }
    check_against(ledger, open, findings);
  }
  check_against(ledger, must(original.open(folder)), findings);
  check_integrity(file_in(folder), findings);
}

}  // namespace

TEST_CASE(
    "a disk that gets full refuses writes, keeps reads, and takes writes once there is room") {
  const TemporaryFolder folder;
  CHECK(on_small_disk(folder.path(), "6m", [&](Findings& findings) {
          fill_and_make_room(folder.path(), 1, findings);
        }) == "");
}

TEST_CASE("a disk gets full under several writers") {
  const TemporaryFolder folder;
  CHECK(on_small_disk(folder.path(), "6m", [&](Findings& findings) {
          fill_and_make_room(folder.path(), 4, findings);
        }) == "");
}

TEST_CASE("a disk that is full from the beginning takes no store, and says so") {
  const TemporaryFolder folder;
  CHECK(on_small_disk(folder.path(), "1m", [&](Findings& findings) {
          const Ballast ballast{folder / "ballast", 2U << 20U};
          const tenancy::KeyRing keys = tenancy::KeyRing::ephemeral();
          const auto refused = tenancy_test::open_with(keys, folder.path());
          if (refused) {
            findings.add("a store on a full disk");
          } else {
            check_answer(refused.error(), false, "making a store", findings);
          }
          ballast.drop();
          must(tenancy_test::open_with(keys, folder.path()));
          check_integrity(file_in(folder.path()), findings);
        }) == "");
}
