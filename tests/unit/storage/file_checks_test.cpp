#include "storage/sqlite/file_checks.hpp"

#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/mounts.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;
using tenancy::detail::sqlite::check_files;
using tenancy_test::require_system;
using tenancy_test::TemporaryFolder;
using tenancy_test::text_from_child;

namespace {

void make_private(const fs::path& file, std::string_view bytes = {}) {
  std::ofstream{file, std::ios::binary} << bytes;
  require_system(::chmod(file.c_str(), 0600) == 0, "chmod");
}

std::string said_of(const fs::path& file) {
  const auto checked = check_files(file);
  return checked ? "fine" : checked.error().to_string();
}

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

ino_t number_of(const fs::path& file) {
  struct stat status {};
  require_system(::stat(file.c_str(), &status) == 0, "stat");
  return status.st_ino;
}

}  // namespace

TEST_CASE("of further names only a draft's is excused") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  make_private(file);
  fs::create_hard_link(file, folder / "store.db.a1B2c3");
  CHECK(said_of(file) == "fine");
  fs::remove(folder / "store.db.a1B2c3");
  SUBCASE("not one that is as long") { fs::create_hard_link(file, folder / "store-copy-2.db"); }
  SUBCASE("not one that begins as it does") {
    fs::create_hard_link(file, folder / "store.db.backup");
    fs::create_hard_link(file, folder / "store.db.b");
  }
  SUBCASE("nor is one excused by another file with a draft's name") {
    make_private(folder / "store.db.a1B2c3");
    fs::create_hard_link(file, folder / "copy.db");
  }
  CHECK(contains(said_of(file), "storage/unsafe_file"));
  CHECK(contains(said_of(file), "hard links"));
}

TEST_CASE("a file of another disk is no draft, though it has the same number") {
  const TemporaryFolder folder;
  const std::string said = text_from_child([&]() -> std::string {
    tenancy_test::enter_private_mounts();
    tenancy_test::mount_tmpfs(folder.path());
    const auto file = folder / "store.db";
    make_private(file);
    fs::create_directory(folder / "other");
    tenancy_test::mount_tmpfs(folder / "other");
    const auto other = folder / "other" / "first";
    make_private(other);
    const auto draft = folder / "store.db.a1B2c3";
    make_private(draft);
    require_system(::mount(other.c_str(), draft.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind");
    fs::create_hard_link(file, folder / "copy.db");
    return (number_of(draft) == number_of(file) ? "the same number, " : "other numbers, ") +
           said_of(file);
  });
  CAPTURE(said);
  CHECK(contains(said, "the same number"));
  CHECK(contains(said, "hard links"));
}

TEST_CASE("what may stand beside a database that is not there") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  for (const char* const suffix : {"-wal", "-journal"}) {
    CAPTURE(suffix);
    const std::string companion = file.string() + suffix;
    make_private(companion);
    CHECK(said_of(file) == "fine");
    make_private(companion, "a part of the database");
    CHECK(contains(said_of(file), "storage/corrupt_store"));
    fs::remove(companion);
  }
  for (const char* const suffix : {"-shm", "-writer"}) {
    CAPTURE(suffix);
    make_private(file.string() + suffix, "nothing of the database");
    CHECK(said_of(file) == "fine");
  }
}

TEST_CASE("what cannot be examined is not taken for what is not there") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  const auto deeper = folder / "inner" / "store.db";
  CHECK(contains(said_of(deeper), "mkdir -m 700"));
  require_system(::chmod(folder.path().c_str(), 0) == 0, "chmod");
  const std::string said = text_from_child([&]() -> std::string {
    // Root may look everywhere.
    require_system(::geteuid() != 0 || ::setresuid(12346, 12346, 12346) == 0, "setresuid");
    return said_of(file) + "\n" + said_of(deeper);
  });
  require_system(::chmod(folder.path().c_str(), 0700) == 0, "chmod");
  CAPTURE(said);
  const auto second = said.find('\n');
  REQUIRE(second != std::string::npos);
  for (const std::string& one : {said.substr(0, second), said.substr(second + 1)}) {
    CHECK(contains(one, "storage/cannot_open"));
    CHECK(contains(one, "cannot be examined: Permission denied"));
  }
}

TEST_CASE("a folder that is a file is named as such") {
  const TemporaryFolder folder;
  make_private(folder / "file");
  const std::string said = said_of(folder / "file" / "store.db");
  CAPTURE(said);
  CHECK(contains(said, "storage/cannot_open"));
  CHECK(contains(said, "is not a folder: name a file in one"));
}

TEST_CASE("the database may lie on another medium than its folder, but on none that is read-only") {
  const TemporaryFolder folder;
  const std::string said = text_from_child([&]() -> std::string {
    tenancy_test::enter_private_mounts();
    tenancy_test::mount_tmpfs(folder.path());
    const auto file = folder / "store.db";
    make_private(file);
    require_system(::mount(file.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind");
    const std::string writable = said_of(file);
    require_system(
        ::mount(nullptr, file.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0,
        "remount");
    return writable + ", then " + said_of(file);
  });
  CAPTURE(said);
  CHECK(contains(said, "fine, then"));
  CHECK(contains(said, "unavailable/storage_read_only"));
  CHECK(contains(said, "mount it for writing"));
}
