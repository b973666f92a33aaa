#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <utility>

#include <sqlite3.h>

namespace tenancy_test {

/// What of the unsynced a disk still has when the power is back.
enum class Kept : std::uint8_t {
  nothing,
  everything,
  some,  ///< A random part, with writes torn at sectors.
};

/// A model of the disk below SQLite's files: what is surely on it, and what was written after the
/// last sync and may or may not be.
///
/// - A file is its inode, since a database gets its name by a link after it was written.
/// - A sync that failed makes nothing durable, and neither does the next one for what was written
///   before it: the kernel has dropped those pages' dirty marks. It tells so once to each who had
///   the file open, whoever's sync it was that failed (Linux, since 4.13).
/// - A name is durable once its folder is synced. SQLite does that with a log's or journal's first
///   sync. Databases get their names from the library, which syncs the folder itself.
/// - Shared memory is gone.
///
/// Thread safety: thread-safe.
class VolatileDisk {
 public:
  /// One inode.
  class File;
  /// One way to it.
  struct Handle {
    std::shared_ptr<File> file;
    bool syncs_folder;             ///< With its next sync.
    std::uint64_t failures_known;  ///< How many failed syncs of the file it was told of.
  };

  VolatileDisk();
  VolatileDisk(const VolatileDisk&) = delete;
  VolatileDisk& operator=(const VolatileDisk&) = delete;
  ~VolatileDisk();

  /// Lets the power come back: puts what the disk may hold of one folder into another, which is
  /// empty. Files that SQLite never opened are there as they are.
  void materialise(const std::filesystem::path& from, const std::filesystem::path& to, Kept kept,
                   std::mt19937_64& random) const;

  /// How many writes and truncations may still be lost.
  [[nodiscard]] std::size_t unsynced() const;

  // What the VFS tells.

  Handle opened(const char* path, int flags, sqlite3_file& real);
  void wrote(File& file, std::int64_t offset, std::span<const std::byte> bytes);
  void truncated(File& file, std::int64_t size);
  /// Whether the sync succeeds, which it does not when another's failed that this one is yet to
  /// be told of.
  [[nodiscard]] bool synced(Handle& handle, bool succeeded);
  void removed(const char* path, bool folder_synced);

 private:
  /// The file that a name stands for, if any: on the disk, and for the running system.
  struct Name {
    std::shared_ptr<File> durable;
    std::shared_ptr<File> current;
    bool of_library;  ///< Which may have removed it itself.
  };

  void sync_folder();

  mutable std::mutex mutex_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::shared_ptr<File>> files_;
  std::map<std::string, Name> names_;
};

}  // namespace tenancy_test
