// Rings in files: how they are created, who may have them, and their rotation.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/must.hpp"
#include "support/temporary_folder.hpp"
#include "unit/core/key_rings.hpp"

using tenancy::Condition;
using tenancy::errc;
using tenancy::KeyRing;
using tenancy::Mac;
using tenancy::Result;
using tenancy_test::accepts;
using tenancy_test::are_same;
using tenancy_test::code_of;
using tenancy_test::entry;
using tenancy_test::hex_a;
using tenancy_test::hex_b;
using tenancy_test::mac_of;
using tenancy_test::must;
using tenancy_test::shows;
using tenancy_test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// What was synced to the disk, in order, while a test looks.
enum class Synced : char { file = 'f', folder = 'd' };

// The replaced function of the process has no other place to report to.
std::string synced;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

void write(const fs::path& file, std::string_view text, mode_t mode = 0600) {
  {
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out << text;
  }
  REQUIRE(::chmod(file.c_str(), mode) == 0);
}

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

std::size_t entries_of(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

/// Runs the job in several processes at the same time and collects the hashes that each gives
/// back. A process that gives too few counts as failed.
std::vector<Mac> in_processes(int processes, std::size_t macs_each,
                              const std::function<std::vector<Mac>()>& job) {
  std::array<int, 2> gate{};
  std::array<int, 2> results{};
  REQUIRE(::pipe(gate.data()) == 0);
  REQUIRE(::pipe(results.data()) == 0);
  std::vector<pid_t> children;
  // What stands in the buffers would otherwise be written by the children, too.
  std::fflush(nullptr);
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      // All wait until the parent closes the gate, so that they start together.
      ::close(gate[1]);
      char nothing = 0;
      while (::read(gate[0], &nothing, 1) < 0 && errno == EINTR) {
      }
      const std::vector<Mac> macs = job();
      bool good = macs.size() == macs_each;
      for (const Mac& mac : macs) {
        // Less than PIPE_BUF, so the writes of the processes do not mix.
        good = good && ::write(results[1], &mac, sizeof mac) == sizeof mac;
      }
      ::_exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    children.push_back(child);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  ::close(results[1]);
  std::vector<Mac> macs;
  Mac mac{};
  while (::read(results[0], &mac, sizeof mac) == sizeof mac) {
    macs.push_back(mac);
  }
  ::close(results[0]);
  for (const pid_t child : children) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == EXIT_SUCCESS);
  }
  return macs;
}

std::vector<Mac> none_or_mac(const Result<KeyRing>& ring) {
  return ring ? std::vector<Mac>{mac_of(ring.value())} : std::vector<Mac>{};
}

/// An environment variable for the length of a test.
class EnvironmentVariable {
 public:
  EnvironmentVariable(std::string name, const std::string& value) : name_{std::move(name)} {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() { ::unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

}  // namespace

// Takes the place of the C library's, to see what the key ring syncs, and does what that does.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int fsync(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) == 0) {
    synced += static_cast<char>(S_ISDIR(status.st_mode) ? Synced::folder : Synced::file);
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

TEST_CASE("the first opening creates a file that its owner alone can read") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  // Neither a generous umask nor a strict one decides the mode.
  const mode_t generous = ::umask(0);
  const KeyRing ring = must(KeyRing::open(file));
  ::umask(generous);
  CHECK(mode_of(file) == 0600);
  CHECK(fs::is_regular_file(fs::symlink_status(file)));
  CHECK(ring.versions() == std::vector<std::uint32_t>{1});
  CHECK(are_same(ring, must(KeyRing::open(file))));
  CHECK(are_same(ring, must(KeyRing::parse(read(file)))));
  CHECK_MESSAGE(entries_of(folder.path()) == 1, "no draft stays behind");
}

TEST_CASE("the first opening syncs the file and then its folder") {
  const TemporaryFolder folder;
  synced.clear();
  must(KeyRing::open(folder / "store.keys"));
  CHECK(synced == "fd");
  synced.clear();
  must(KeyRing::open(folder / "store.keys"));
  CHECK_MESSAGE(synced.empty(), "reading writes nothing");
  must(KeyRing::rotate(folder / "store.keys"));
  CHECK(synced == "fd");
}

TEST_CASE("a file in the current folder needs no folder in its name") {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  const auto created = KeyRing::open("bare.keys");
  const auto rotated = KeyRing::rotate("bare.keys");
  fs::current_path(before);
  CHECK(created.has_value());
  CHECK(must(rotated).newest_version() == 2);
  CHECK(are_same(must(KeyRing::open(folder / "bare.keys")), must(rotated)));
}

TEST_CASE("two new rings have different keys") {
  const TemporaryFolder folder;
  CHECK_FALSE(
      are_same(must(KeyRing::open(folder / "a.keys")), must(KeyRing::open(folder / "b.keys"))));
}

TEST_CASE("processes that open for the first time at once all get the same key") {
  for (int round = 0; round < 12; ++round) {
    const TemporaryFolder folder;
    const fs::path file = folder / "store.keys";
    constexpr int processes = 8;
    const auto macs = in_processes(processes, 1, [&] { return none_or_mac(KeyRing::open(file)); });
    REQUIRE(macs.size() == processes);
    const KeyRing ring = must(KeyRing::open(file));
    for (const Mac& mac : macs) {
      CHECK(accepts(ring, mac));
    }
    CHECK(entries_of(folder.path()) == 1);
  }
}

TEST_CASE("a file that others can use is refused") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  for (const mode_t mode : {0604U, 0602U, 0601U, 0640U, 0620U, 0610U, 0660U, 0644U, 0666U, 0777U}) {
    write(file, entry("1", hex_a), mode);
    CAPTURE(mode);
    const auto refused = KeyRing::open(file);
    CHECK(code_of(refused) == errc::invalid_key_ring);
    CHECK(refused.error().message().find("chmod 600") != std::string::npos);
    CHECK(code_of(KeyRing::rotate(file)) == errc::invalid_key_ring);
    CHECK_MESSAGE(mode_of(file) == mode, "it is refused and not mended");
  }
  for (const mode_t mode : {0600U, 0400U}) {
    write(file, entry("1", hex_a), mode);
    CAPTURE(mode);
    CHECK(KeyRing::open(file).has_value());
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
  }
}

TEST_CASE("a file of another user is refused") {
  const TemporaryFolder folder;
  fs::path file = folder / "store.keys";
  write(file, entry("1", hex_a));
  if (::geteuid() == 0) {
    constexpr uid_t somebody = 65534;
    REQUIRE(::chown(file.c_str(), somebody, static_cast<gid_t>(-1)) == 0);
  } else {
    // Only root can give a file away; the system has some that belong to root.
    file = "/etc/passwd";
  }
  const auto refused = KeyRing::open(file);
  CHECK(code_of(refused) == errc::invalid_key_ring);
  CHECK(refused.error().message().find("another user") != std::string::npos);
}

TEST_CASE("what is no regular file is refused") {
  const TemporaryFolder folder;
  SUBCASE("a folder") {
    const fs::path place = folder / "folder.keys";
    fs::create_directory(place);
    fs::permissions(place, fs::perms::owner_all);
    CHECK(code_of(KeyRing::open(place)) == errc::invalid_key_ring);
  }
  SUBCASE("a FIFO, without waiting for its writer") {
    const fs::path place = folder / "fifo.keys";
    REQUIRE(::mkfifo(place.c_str(), 0600) == 0);
    CHECK(code_of(KeyRing::open(place)) == errc::invalid_key_ring);
  }
  SUBCASE("a device") {
    CHECK(code_of(KeyRing::open("/dev/zero")) == errc::invalid_key_ring);
    CHECK(code_of(KeyRing::open("/dev/null")) == errc::invalid_key_ring);
  }
  SUBCASE("a socket") {
    const fs::path place = folder / "s";
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(socket >= 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    place.string().copy(std::data(address.sun_path), std::size(address.sun_path) - 1);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::chmod(place.c_str(), 0600) == 0);
    const auto refused = KeyRing::open(place);
    ::close(socket);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().condition() == Condition::crypto);
  }
}

TEST_CASE("no link is followed, to a good ring or to nothing") {
  const TemporaryFolder folder;
  write(folder / "real.keys", entry("1", hex_a));
  fs::create_symlink(folder / "real.keys", folder / "good.keys");
  fs::create_symlink(folder / "absent.keys", folder / "dangling.keys");
  for (const fs::path& place : {folder / "good.keys", folder / "dangling.keys"}) {
    CAPTURE(place);
    for (const auto& refused : {KeyRing::open(place), KeyRing::rotate(place)}) {
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().condition() == Condition::crypto);
    }
    CHECK(fs::is_symlink(place));
  }
  CHECK(read(folder / "real.keys") == entry("1", hex_a));
  CHECK_MESSAGE(!fs::exists(folder / "absent.keys"), "nothing is created through a link");
}

TEST_CASE("a link is told as what it is: no regular file") {
  const TemporaryFolder folder;
  write(folder / "real.keys", entry("1", hex_a));
  fs::create_symlink(folder / "real.keys", folder / "link.keys");
  CHECK(code_of(KeyRing::open(folder / "link.keys")) == errc::invalid_key_ring);
}

TEST_CASE("a file that cannot be created is an error, and nothing stays behind") {
  const TemporaryFolder folder;
  CHECK(code_of(KeyRing::open(folder / "absent/store.keys")) == errc::key_ring_unavailable);
  CHECK(code_of(KeyRing::rotate(folder / "absent/store.keys")) == errc::key_ring_unavailable);
  write(folder / "file", "x");
  CHECK(code_of(KeyRing::open(folder / "file/store.keys")) == errc::key_ring_unavailable);
  CHECK(code_of(KeyRing::open(folder / std::string(300, 'a'))) == errc::key_ring_unavailable);
  CHECK(code_of(KeyRing::open("")) == errc::key_ring_unavailable);
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("a file has at most 64 KiB") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  const std::string line = entry("1", hex_a) + "\n";
  write(file, line + std::string(64 * 1024 - line.size(), '\n'));
  CHECK(KeyRing::open(file).has_value());
  write(file, line + std::string(64 * 1024 - line.size() + 1, '\n'));
  CHECK(code_of(KeyRing::open(file)) == errc::invalid_key_ring);
}

TEST_CASE("a damaged file is an error that names it, and is never replaced by a fresh key") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  for (const std::string& text :
       {std::string{}, std::string{"rubbish"}, "1:" + std::string{hex_a}.substr(1),
        entry("1", hex_a) + " " + entry("1", hex_b)}) {
    write(file, text);
    for (const auto& refused : {KeyRing::open(file), KeyRing::rotate(file)}) {
      CHECK(code_of(refused) == errc::invalid_key_ring);
      CHECK(refused.error().message().find("store.keys") != std::string::npos);
      CHECK_FALSE(shows(refused.error().to_string(), hex_a));
      CHECK_FALSE(shows(refused.error().to_string(), hex_b));
    }
    CHECK(read(file) == text);
  }
}

TEST_CASE("a ring from the environment") {
  const std::string name = "TENANCY_TEST_KEY_RING";
  SUBCASE("set") {
    const EnvironmentVariable variable{name, entry("1", hex_a) + " " + entry("2", hex_b)};
    const KeyRing ring = must(KeyRing::from_environment(name));
    CHECK(ring.newest_version() == 2);
    CHECK(accepts(ring, mac_of(must(KeyRing::parse(entry("1", hex_a))))));
  }
  SUBCASE("not set") {
    const auto refused = KeyRing::from_environment(name);
    CHECK(code_of(refused) == errc::key_ring_unavailable);
    CHECK(refused.error().message().find(name) != std::string::npos);
  }
  SUBCASE("set to nothing") {
    const EnvironmentVariable variable{name, ""};
    CHECK(code_of(KeyRing::from_environment(name)) == errc::invalid_key_ring);
  }
  SUBCASE("malformed") {
    const EnvironmentVariable variable{name, "1:" + std::string{hex_a}.substr(1)};
    const auto refused = KeyRing::from_environment(name);
    CHECK(code_of(refused) == errc::invalid_key_ring);
    CHECK(refused.error().message().find(name) != std::string::npos);
    CHECK_FALSE(shows(refused.error().to_string(), hex_a));
  }
}

TEST_CASE("rotation makes with a fresh key and still checks what the older ones made") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  const KeyRing first = must(KeyRing::open(file));
  const Mac old = mac_of(first);
  const KeyRing second = must(KeyRing::rotate(file));
  CHECK(second.versions() == std::vector<std::uint32_t>{1, 2});
  CHECK(mac_of(second).key_version == 2);
  CHECK(mac_of(second).tag != old.tag);
  CHECK(accepts(second, old));
  CHECK_FALSE(accepts(first, mac_of(second)));
  CHECK(are_same(second, must(KeyRing::open(file))));
  CHECK(mode_of(file) == 0600);
  CHECK(entries_of(folder.path()) == 1);
  const KeyRing third = must(KeyRing::rotate(file));
  CHECK(third.newest_version() == 3);
  CHECK(accepts(third, old));
  CHECK(accepts(third, mac_of(second)));
}

TEST_CASE("rotating a ring that is not there creates it first") {
  const TemporaryFolder folder;
  CHECK(must(KeyRing::rotate(folder / "store.keys")).versions() ==
        std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("a ring whose versions have run out is not rotated") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  write(file, entry("4294967295", hex_a));
  CHECK(code_of(KeyRing::rotate(file)) == errc::invalid_key_ring);
  CHECK(read(file) == entry("4294967295", hex_a));
}

TEST_CASE("a rotation never makes a file that cannot be opened again") {
  // Each entry takes some 70 bytes of the 64 KiB.
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  std::string text;
  for (int version = 1; version <= 930; ++version) {
    text += entry(std::to_string(version), hex_a) + "\n";
  }
  write(file, text);
  KeyRing last = must(KeyRing::open(file));
  for (int i = 0; i < 40; ++i) {
    const auto rotated = KeyRing::rotate(file);
    if (!rotated) {
      CHECK(rotated.error() == errc::invalid_key_ring);
    }
    const auto opened = KeyRing::open(file);
    REQUIRE_MESSAGE(opened.has_value(), "the ring is lost");
    REQUIRE(accepts(opened.value(), mac_of(last)));
    last = opened.value();
  }
}

TEST_CASE("rotations of several processes at once lose no key") {
  const TemporaryFolder folder;
  const fs::path file = folder / "store.keys";
  constexpr int processes = 4;
  constexpr int rotations = 6;
  const auto macs = in_processes(processes, rotations, [&] {
    std::vector<Mac> made;
    for (int i = 0; i < rotations; ++i) {
      if (const auto ring = KeyRing::rotate(file)) {
        made.push_back(mac_of(ring.value()));
      }
    }
    return made;
  });
  REQUIRE(macs.size() == processes * rotations);
  const KeyRing ring = must(KeyRing::open(file));
  CHECK(ring.versions().size() == 1 + processes * rotations);
  CHECK(ring.newest_version() == 1 + processes * rotations);
  for (const Mac& mac : macs) {
    CHECK(accepts(ring, mac));
  }
  CHECK(mode_of(file) == 0600);
  CHECK(entries_of(folder.path()) == 1);
}
