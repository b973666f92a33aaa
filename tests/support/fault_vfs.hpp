#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

namespace tenancy_test {

class VolatileDisk;

/// What SQLite asks of the operating system and can be told that it failed.
enum class VfsCall : std::uint8_t {
  open,
  remove,
  access,
  full_path,
  read,
  write,
  truncate,
  sync,
  file_size,
  lock,
  shm_map,
  shm_lock,
  shm_barrier,  ///< Cannot fail; a moment at which the power may.
};
inline constexpr std::size_t vfs_call_count = static_cast<std::size_t>(VfsCall::shm_barrier) + 1;

enum class FaultKind : std::uint8_t {
  io_error,     ///< Nothing was done; the extended code is the call's own.
  disk_full,    ///< Half of what was to be written is if the file grows; nothing if not.
  short_read,   ///< Nothing was read; the buffer is zero.
  cannot_open,  ///< For opening, and for what leads up to it.
  busy,         ///< Somebody else holds the lock.
  power_off,    ///< This call and everything after it fails and leaves the disk alone.
};

std::string_view to_string(VfsCall call) noexcept;
std::string_view to_string(FaultKind kind) noexcept;

/// The faults, short of a power cut, that this call can meet.
std::span<const FaultKind> faults_of(VfsCall call) noexcept;

/// A failure to come.
struct Fault {
  FaultKind kind;
  std::uint64_t nth;                 ///< From 1, counted since the faults were armed.
  std::optional<VfsCall> only = {};  ///< Counts and fails calls of this kind alone.
  bool persistent = false;           ///< Every fitting call from the nth on fails, too.
};

std::string to_string(const Fault& fault);

/// SQLite's files in this process, with calls that fail when a test wants them to. For as long as
/// one lives it is the process's default VFS, so that whoever opens a database uses it unawares.
///
/// It outlives every connection that was opened meanwhile; there is one at a time.
/// Thread safety: thread-safe, but for making and ending it.
class FaultVfs {
 public:
  /// The disk, if any, is told of everything that is written, and outlives the VFS.
  explicit FaultVfs(VolatileDisk* disk = nullptr);
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  ~FaultVfs();

  /// Forgets what was counted, and fails from now on as told.
  void arm(std::vector<Fault> faults = {});
  /// Nothing fails any more; the power is back.
  void disarm();
  /// Makes SQLite's own waits take no time while anything fails, for locks that are never given.
  void skip_waits(bool skip);

  /// All calls since the faults were armed; the nth of them has the index n - 1.
  [[nodiscard]] std::vector<VfsCall> calls() const;
  /// How many calls have failed since.
  [[nodiscard]] std::uint64_t failed() const;

 private:
  struct Callbacks;
  struct Failure {
    FaultKind kind;
    bool cuts_power;  ///< It was on until this call.
  };

  std::optional<Failure> next(VfsCall call);

  VolatileDisk* disk_;
  sqlite3_vfs* real_;
  sqlite3_vfs shim_;

  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  std::vector<VfsCall> calls_;
  std::array<std::uint64_t, vfs_call_count> counts_{};
  std::uint64_t failed_ = 0;
  bool power_is_off_ = false;
  bool skip_waits_ = false;
};

}  // namespace tenancy_test
