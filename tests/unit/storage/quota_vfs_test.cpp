#include "storage/sqlite/quota_vfs.hpp"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>

#include <doctest/doctest.h>

using tenancy::detail::sqlite::QuotaVfs;

namespace {

constexpr std::size_t piece = std::size_t{64} << 10U;
constexpr int flags =
    SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE;

/// A file without a name, as SQLite opens one.
class Unnamed {
 public:
  explicit Unnamed(const QuotaVfs& quota)
      : vfs_{sqlite3_vfs_find(quota.name())},
        memory_{std::make_unique<std::max_align_t[]>(
            static_cast<std::size_t>(vfs_->szOsFile) / sizeof(std::max_align_t) + 1)},
        file_{reinterpret_cast<sqlite3_file*>(memory_.get())} {
    REQUIRE(vfs_->xOpen(vfs_, nullptr, file_, flags, &flags_out_) == SQLITE_OK);
  }
  Unnamed(const Unnamed&) = delete;
  Unnamed& operator=(const Unnamed&) = delete;
  ~Unnamed() { file_->pMethods->xClose(file_); }

  [[nodiscard]] int flags_out() const noexcept { return flags_out_; }
  int write(const std::string& bytes, std::size_t at) {
    return file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(bytes.size()),
                                   static_cast<sqlite3_int64>(at));
  }
  int truncate(std::size_t size) {
    return file_->pMethods->xTruncate(file_, static_cast<sqlite3_int64>(size));
  }

 private:
  sqlite3_vfs* vfs_;
  std::unique_ptr<std::max_align_t[]> memory_;
  sqlite3_file* file_;
  int flags_out_ = 0;
};

}  // namespace

TEST_CASE("what a file without a name held is there for the next one") {
  QuotaVfs quota;
  quota.set_quota(3 * piece);
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    Unnamed file{quota};
    CHECK(file.flags_out() == flags);
    CHECK(quota.used() == 0);
    CHECK(file.write(std::string(piece + 1, 'x'), 0) == SQLITE_OK);
    CHECK(quota.used() == 2 * piece);
    Unnamed other{quota};
    CHECK(other.write(std::string(piece, 'x'), 0) == SQLITE_OK);
    CHECK(other.write("x", piece) == SQLITE_FULL);
    CHECK(file.truncate(1) == SQLITE_OK);
    CHECK(quota.used() == 2 * piece);
    CHECK(other.write("x", piece) == SQLITE_OK);
  }
  CHECK(quota.used() == 0);
}

TEST_CASE("a quota of less than the least piece lets nothing be held") {
  QuotaVfs quota;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, piece - 1}) {
    CAPTURE(bytes);
    quota.set_quota(bytes);
    Unnamed file{quota};
    CHECK(file.write("x", 0) == SQLITE_FULL);
    CHECK(quota.used() == 0);
  }
}

TEST_CASE("a VFS with a quota tells the time and errors as the one below it does") {
  const QuotaVfs quota;
  sqlite3_vfs* const vfs = sqlite3_vfs_find(quota.name());
  REQUIRE(vfs != nullptr);
  // SQLite asks for the time in whole milliseconds of those alone that are of version 2.
  CHECK(vfs->iVersion == 2);
  errno = EDQUOT;
  CHECK(vfs->xGetLastError(vfs, 0, nullptr) == EDQUOT);
}
