#pragma once

#include <string>
#include <vector>

namespace tenancy_test {

/// The files and folders that this program, its libraries included, has waited for the disk to
/// have, in order, while the log was kept. For the program's one thread that does so. Linking
/// sync_log.cpp puts it between the program and the system.
class SyncLog {
 public:
  SyncLog();
  SyncLog(const SyncLog&) = delete;
  SyncLog& operator=(const SyncLog&) = delete;
  ~SyncLog();

  [[nodiscard]] const std::vector<std::string>& paths() const noexcept;
};

}  // namespace tenancy_test
