#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace tenancy_test {

/// A `crash_writer` that runs until it is killed, at the latest by the end of this object.
class WriterProcess {
 public:
  WriterProcess(const std::filesystem::path& file, int first, int threads);
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;
  ~WriterProcess();

  /// What it said next; nothing when it said nothing in that time, or will not any more.
  std::optional<std::string> next_line(std::chrono::milliseconds wait);

  /// Ends it at once, by SIGKILL. What it said before can still be read.
  void kill();

 private:
  pid_t child_ = -1;
  int output_ = -1;
  std::string read_;
};

}  // namespace tenancy_test
