#include "support/sync_log.hpp"

#include <filesystem>
#include <mutex>
#include <system_error>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::mutex mutex;
bool is_kept = false;
std::vector<std::string> synced;

void note(int file) {
  const std::scoped_lock lock{mutex};
  if (is_kept) {
    std::error_code ignored;
    synced.push_back(
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), ignored).string());
  }
}

}  // namespace

// In the place of the system's own.
extern "C" int fsync(int file) {
  note(file);
  return static_cast<int>(::syscall(SYS_fsync, file));
}

extern "C" int fdatasync(int file) {
  note(file);
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace tenancy_test {

SyncLog::SyncLog() {
  const std::scoped_lock lock{mutex};
  synced.clear();
  is_kept = true;
}

SyncLog::~SyncLog() {
  const std::scoped_lock lock{mutex};
  is_kept = false;
}

const std::vector<std::string>& SyncLog::paths() const noexcept { return synced; }

}  // namespace tenancy_test
