#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tenancy_bench {

/// A server in a process of its own, from its first line about where it listens until the object
/// goes. What it says on standard error is lost.
class ServerProcess {
 public:
  /// Ends the program when the server does not get to `listening on http://127.0.0.1:PORT`.
  explicit ServerProcess(const std::vector<std::string>& command);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] pid_t id() const noexcept { return id_; }

  /// The processor time that it has used so far, in all its threads and in the kernel for them.
  [[nodiscard]] std::chrono::nanoseconds processor_time() const;

 private:
  pid_t id_ = 0;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace tenancy_bench
