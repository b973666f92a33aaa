#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

namespace tenancy_test {

/// Runs an action after each read of a file that SQLite does on this thread, and tells it how much
/// was to be read. What the action itself has SQLite read is not told.
///
/// Thread safety: confined to its thread; there is one at a time in the process.
class ReadHook {
 public:
  explicit ReadHook(std::function<void(std::size_t)> action) : action_{std::move(action)} {
    // Which of them SQLite uses depends on how it was built.
    set("read", reinterpret_cast<sqlite3_syscall_ptr>(&read));
    set("pread", reinterpret_cast<sqlite3_syscall_ptr>(&pread));
    set("pread64", reinterpret_cast<sqlite3_syscall_ptr>(&pread));
    current_ = this;
  }
  ReadHook(const ReadHook&) = delete;
  ReadHook& operator=(const ReadHook&) = delete;
  ~ReadHook() {
    current_ = nullptr;
    for (const char* const name : {"read", "pread", "pread64"}) {
      vfs().xSetSystemCall(&vfs(), name, nullptr);
    }
  }

 private:
  static sqlite3_vfs& vfs() {
    sqlite3_vfs* const found = sqlite3_vfs_find("unix");
    if (found == nullptr) {
      throw std::runtime_error{"SQLite has no files"};
    }
    return *found;
  }
  static void set(const char* name, sqlite3_syscall_ptr call) {
    if (vfs().xSetSystemCall(&vfs(), name, call) != SQLITE_OK) {
      throw std::runtime_error{"SQLite's reads cannot be watched"};
    }
  }

  static ssize_t read(int file, void* bytes, std::size_t size) {
    return told(size, ::read(file, bytes, size));
  }
  static ssize_t pread(int file, void* bytes, std::size_t size, off_t at) {
    return told(size, ::pread(file, bytes, size, at));
  }
  static ssize_t told(std::size_t size, ssize_t got) {
    if (ReadHook* const hook = std::exchange(current_, nullptr)) {
      hook->action_(size);
      current_ = hook;
    }
    return got;
  }

  inline static thread_local ReadHook* current_ = nullptr;
  std::function<void(std::size_t)> action_;
};

}  // namespace tenancy_test
