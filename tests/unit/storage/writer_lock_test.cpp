#include "storage/sqlite/writer_lock.hpp"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/must.hpp"
#include "support/refused_call.hpp"
#include "support/temporary_folder.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Result;
using tenancy::detail::CallLimits;
using tenancy::detail::sqlite::WriterLock;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::refuse_call;
using tenancy_test::require_system;
using tenancy_test::TemporaryFolder;
using tenancy_test::text_from_child;

namespace {

using namespace std::chrono_literals;

template <class T>
std::string name_of(const Result<T>& result) {
  return std::string{result ? "done" : tenancy::to_string(result.error().code())};
}

std::filesystem::path some_file(const TemporaryFolder& folder) {
  const auto file = folder / "store.db";
  std::ofstream{file} << "a database";
  return file;
}

uid_t owner_of(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
}

}  // namespace

TEST_CASE("a lock whose file cannot be opened is none") {
  const TemporaryFolder folder;
  const auto file = some_file(folder);
  std::filesystem::create_directory(file.string() + "-writer");
  CHECK(code_of(WriterLock::open(file)) == errc::cannot_open);
  // Root, who owns what it opens, is refused that, too.
  CHECK(text_from_child([&] {
          constexpr uid_t nobody = 65534;
          require_system(::geteuid() != 0 || ::setresuid(nobody, nobody, nobody) == 0, "setresuid");
          return name_of(WriterLock::open(file));
        }) == "cannot_open");
}

TEST_CASE("a file that cannot be locked is no lock that another has") {
  const TemporaryFolder folder;
  const auto file = some_file(folder);
  const std::string said = text_from_child([&] {
    auto lock = must(WriterLock::open(file));
    constexpr unsigned command = 1;
    refuse_call({SYS_fcntl, command, 0xFFFF'FFFF, F_OFD_SETLK}, ENOLCK);
    const CallOptions options;
    return name_of(lock.acquire(CallLimits{options, 100ms}));
  });
  CHECK(said == "io_error");
}

TEST_CASE("a lock that one store has is waited for by the next, and no longer than it may") {
  const TemporaryFolder folder;
  const auto file = some_file(folder);
  auto first = must(WriterLock::open(file));
  auto second = must(WriterLock::open(file));
  const CallOptions options;
  must(first.acquire(CallLimits{options, 5s}));
  CHECK(code_of(second.acquire(CallLimits{options, 5ms})) == errc::busy);
  const auto soon = CallOptions::within(5ms);
  CHECK(code_of(second.acquire(CallLimits{soon, 5s})) == errc::deadline_exceeded);
  first.release();
  must(second.acquire(CallLimits{options, 5s}));
}

TEST_CASE("the lock's file is its database's owner's, also when root makes it") {
  if (::geteuid() != 0) {
    const TemporaryFolder folder;
    const auto file = some_file(folder);
    must(WriterLock::open(file));
    CHECK(owner_of(file.string() + "-writer") == ::geteuid());
    return;
  }
  constexpr uid_t other = 12345;
  constexpr uid_t self = 12346;
  const TemporaryFolder folder;
  const auto file = some_file(folder);
  REQUIRE(::chown(file.c_str(), other, other) == 0);
  SUBCASE("by root") {
    must(WriterLock::open(file));
    CHECK(owner_of(file.string() + "-writer") == other);
  }
  SUBCASE("by root that may not give files away") {
    CHECK(text_from_child([&] {
            refuse_call({SYS_fchown}, EPERM);
            return name_of(WriterLock::open(file));
          }) == "cannot_open");
  }
  SUBCASE("by somebody else, whose it is then") {
    REQUIRE(::chown(folder.path().c_str(), self, self) == 0);
    CHECK(text_from_child([&] {
            require_system(::setresuid(self, self, self) == 0, "setresuid");
            return name_of(WriterLock::open(file));
          }) == "done");
    CHECK(owner_of(file.string() + "-writer") == self);
  }
}
