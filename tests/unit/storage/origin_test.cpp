#include "storage/sqlite/origin.hpp"

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/mounts.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;
using tenancy::detail::StoreFiles;
using tenancy::detail::StoreStatus;
using tenancy::detail::sqlite::Origin;
using tenancy_test::require_system;
using tenancy_test::TemporaryFolder;
using tenancy_test::text_from_child;

namespace {

void make(const fs::path& file) {
  for (const char* const suffix : {"", "-wal"}) {
    std::ofstream{file.string() + suffix} << "x";
  }
}

StoreStatus status_of(const Origin& origin, const fs::path& file) {
  StoreStatus status;
  origin.describe(file, status);
  return status;
}

std::string name_of(StoreFiles files) {
  return files == StoreFiles::in_place  ? "in place"
         : files == StoreFiles::missing ? "missing"
                                        : "replaced";
}

ino_t number_of(const fs::path& file) {
  struct stat status {};
  require_system(::stat(file.c_str(), &status) == 0, "stat");
  return status.st_ino;
}

}  // namespace

TEST_CASE("a file of another disk is another file, though it has the same number") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  const std::string said = text_from_child([&]() -> std::string {
    tenancy_test::enter_private_mounts();
    tenancy_test::mount_tmpfs(folder.path());
    make(file);
    const ino_t number = number_of(file);
    const Origin origin{file, tenancy::SystemClock{}};
    // As a volume that is exchanged for a copy of it.
    tenancy_test::mount_tmpfs(folder.path());
    make(file);
    return (number_of(file) == number ? "the same number, " : "another number, ") +
           name_of(status_of(origin, file).files);
  });
  CHECK(said == "the same number, replaced");
}

TEST_CASE("a file that was replaced is told as such, whether it has a log or not") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  make(file);
  const Origin origin{file, tenancy::SystemClock{}};
  CHECK(status_of(origin, file).files == StoreFiles::in_place);
  fs::rename(file, folder / "away.db");
  CHECK(status_of(origin, file).files == StoreFiles::missing);
  make(file);
  CHECK(status_of(origin, file).files == StoreFiles::replaced);
  fs::remove(file.string() + "-wal");
  CHECK(status_of(origin, file).files == StoreFiles::replaced);
}

TEST_CASE("what cannot be looked at is not told of") {
  const TemporaryFolder folder;
  const auto inside = folder / "data";
  fs::create_directory(inside);
  const auto file = inside / "store.db";
  make(file);
  const Origin origin{file, tenancy::SystemClock{}};
  SUBCASE("not as missing either") {
    require_system(::chmod(folder.path().c_str(), 0) == 0, "chmod");
    const std::string said = text_from_child([&]() -> std::string {
      // Root may look everywhere.
      require_system(::geteuid() != 0 || ::setresuid(12346, 12346, 12346) == 0, "setresuid");
      const StoreStatus status = status_of(origin, file);
      return name_of(status.files) + (status.file_bytes || status.disk_bytes ? ", sizes" : "");
    });
    require_system(::chmod(folder.path().c_str(), 0700) == 0, "chmod");
    CHECK(said == "in place");
  }
  SUBCASE("and what is not there has no sizes") {
    CHECK(status_of(origin, file).disk_bytes.has_value());
    fs::remove_all(inside);
    const StoreStatus status = status_of(origin, file);
    CHECK(status.files == StoreFiles::missing);
    CHECK_FALSE(status.file_bytes.has_value());
    CHECK_FALSE(status.log_file_bytes.has_value());
    CHECK_FALSE(status.disk_bytes.has_value());
    CHECK_FALSE(status.disk_free_bytes.has_value());
  }
}
