#include "storage/sqlite/origin.hpp"

#include <cerrno>
#include <string>

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/file.hpp"
#include "core/since_boot.hpp"

namespace tenancy::inline v0::detail::sqlite {

Origin::Origin(const std::filesystem::path& file, const Clock& clock) noexcept
    : opened_at_{clock.now()}, opened_after_boot_{since_boot()} {
  struct stat found {};
  if (::stat(file.c_str(), &found) == 0) {
    device_ = found.st_dev;
    inode_ = found.st_ino;
  }
}

void Origin::describe(const std::filesystem::path& file, StoreStatus& status) const {
  status.opened_at = opened_at_;
  status.open_for = since_boot() - opened_after_boot_;
  struct stat found {};
  if (::stat(file.c_str(), &found) == 0) {
    status.file_bytes = static_cast<std::uint64_t>(found.st_size);
    if (found.st_dev != device_ || found.st_ino != inode_) {
      status.files = StoreFiles::replaced;
    }
  } else if (errno == ENOENT) {
    status.files = StoreFiles::missing;
  }
  // SQLite makes the log when it opens the database, and removes it with the last connection.
  const std::string log = file.string() + "-wal";
  if (::stat(log.c_str(), &found) == 0) {
    status.log_file_bytes = static_cast<std::uint64_t>(found.st_size);
  } else if (errno == ENOENT && status.files == StoreFiles::in_place) {
    status.files = StoreFiles::missing;
  }
  struct statvfs disk {};
  if (::statvfs(folder_of(file).c_str(), &disk) == 0) {
    status.disk_bytes = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
    status.disk_free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
