#pragma once

#include <cstddef>
#include <string>

#include <sqlite3.h>

namespace tenancy::inline v0::detail::sqlite {

/// The process's default VFS, but that files without a name, which is where SQLite puts
/// intermediate results that outgrow its caches, are in memory and may hold so many bytes together.
/// One that would hold more fails with `SQLITE_FULL`. So nothing of a query reaches a disk, and
/// none can take the process's memory.
///
/// Ownership: registered with SQLite for as long as it lives; outlives the connection that uses it.
/// Thread safety: thread-compatible, like that one connection.
class QuotaVfs {
 public:
  QuotaVfs();
  QuotaVfs(const QuotaVfs&) = delete;
  QuotaVfs& operator=(const QuotaVfs&) = delete;
  ~QuotaVfs();

  /// Nobody else has a VFS of this name.
  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

  /// What all files together may hold from now on.
  void set_quota(std::size_t bytes) noexcept { quota_ = bytes; }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }

  /// Takes from the quota; false when there is not so much left.
  [[nodiscard]] bool take(std::size_t bytes) noexcept;
  void give_back(std::size_t bytes) noexcept { used_ -= bytes; }

  [[nodiscard]] sqlite3_vfs& base() const noexcept { return *base_; }

 private:
  sqlite3_vfs* base_;
  std::string name_;
  sqlite3_vfs vfs_{};
  std::size_t quota_ = 0;
  std::size_t used_ = 0;
};

}  // namespace tenancy::inline v0::detail::sqlite
