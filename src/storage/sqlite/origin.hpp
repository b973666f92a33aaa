#pragma once

#include <chrono>
#include <filesystem>

#include <sys/types.h>

#include "tenancy/core/clock.hpp"
#include "tenancy/storage/detail/store_status.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Which file a store was opened on, and when; for telling later what has changed meanwhile.
///
/// Thread safety: immutable.
class Origin {
 public:
  Origin(const std::filesystem::path& file, const Clock& clock) noexcept;

  /// The file's, the log's and the disk's part of a status, without opening any file: to close it
  /// again would drop the locks that SQLite holds in this process.
  void describe(const std::filesystem::path& file, StoreStatus& status) const;

 private:
  dev_t device_ = 0;
  ino_t inode_ = 0;
  Timestamp opened_at_;
  std::chrono::nanoseconds opened_after_boot_;
};

}  // namespace tenancy::inline v0::detail::sqlite
