#include "durable_writes/slow_disk.hpp"

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <new>
#include <thread>

#include <sqlite3.h>

namespace tenancy_bench {

/// The methods of one open file, which are the real ones but for `xSync`. They lie behind the real
/// file in the memory that SQLite provides, and the file points to them.
struct SlowDisk::Methods : sqlite3_io_methods {
  const sqlite3_io_methods* real;
  SlowDisk* disk;
  Counter* counter;

  static int sync(sqlite3_file* file, int flags) noexcept {
    const auto& methods = *static_cast<const Methods*>(file->pMethods);
    const auto start = std::chrono::steady_clock::now();
    const int code = methods.real->xSync(file, flags);
    if (const auto added = methods.disk->added_.load(); added.count() > 0) {
      std::this_thread::sleep_for(added);
    }
    methods.counter->add(std::chrono::steady_clock::now() - start);
    return code;
  }
};

/// The real file system but for `xOpen`.
struct SlowDisk::FileSystem : sqlite3_vfs {
  FileSystem(const sqlite3_vfs& original, SlowDisk& slow_disk)
      : sqlite3_vfs{original}, disk{slow_disk} {
    zName = "tenancy-bench-slow-disk";
    szOsFile = offset() + static_cast<int>(sizeof(Methods));
    xOpen = &FileSystem::open;
  }

  /// Where the methods lie in a file.
  [[nodiscard]] int offset() const noexcept {
    constexpr int alignment = alignof(Methods);
    return (real->szOsFile + alignment - 1) / alignment * alignment;
  }

  static int open(sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags,
                  int* flags_out) noexcept {
    const auto& files = *static_cast<FileSystem*>(self);
    const int code = files.real->xOpen(files.real, name, file, flags, flags_out);
    const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
    if (file->pMethods != nullptr && (is_log || (flags & SQLITE_OPEN_MAIN_DB) != 0)) {
      auto* const place = reinterpret_cast<std::byte*>(file) + files.offset();
      Counter& counter = is_log ? files.disk.log_ : files.disk.database_;
      auto* const methods =
          ::new (place) Methods{{*file->pMethods}, file->pMethods, &files.disk, &counter};
      methods->xSync = &Methods::sync;
      file->pMethods = methods;
    }
    return code;
  }

  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  SlowDisk& disk;
};

SlowDisk::SlowDisk() {
  const sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
  if (real != nullptr) {
    files_ = std::make_unique<FileSystem>(*real, *this);
  }
  if (real == nullptr || sqlite3_vfs_register(files_.get(), 1) != SQLITE_OK) {
    std::cerr << "sqlite3: the slow disk cannot be registered\n";
    std::exit(EXIT_FAILURE);
  }
}

SlowDisk::~SlowDisk() { sqlite3_vfs_unregister(files_.get()); }

void SlowDisk::start_counting() noexcept {
  log_.reset();
  database_.reset();
}

void SlowDisk::Counter::add(std::chrono::nanoseconds took) noexcept {
  ++syncs_;
  nanoseconds_ += took.count();
}

void SlowDisk::Counter::reset() noexcept {
  syncs_ = 0;
  nanoseconds_ = 0;
}

SyncCount SlowDisk::Counter::read() const noexcept {
  return {syncs_, std::chrono::nanoseconds{nanoseconds_}};
}

}  // namespace tenancy_bench
