#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "support/temporary_folder.hpp"

namespace e2e {

/// What a process left behind that ended by itself.
struct Finished {
  int status;  ///< The exit status, or the negative number of the signal that ended it.
  std::string output;
  std::string log;
};

/// A tenantd that is starting, serving or has ended. Waits are bounded generously, so that a
/// service that hangs fails its test and nothing else.
class ServiceProcess {
 public:
  /// Starts it, on a free port where nothing says which, and waits until it listens. Throws when it
  /// ends instead.
  explicit ServiceProcess(const std::vector<std::string>& arguments);
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;
  ~ServiceProcess();

  /// Runs one to its end.
  static Finished run_to_end(const std::vector<std::string>& arguments);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Standard output so far, standard error so far.
  [[nodiscard]] const std::string& output() const noexcept { return output_; }
  [[nodiscard]] std::string log() const;

  void send_terminate() const;
  void send_hang_up() const;

  /// Waits until the log holds the text. Throws when it does not come to.
  void wait_for_log(std::string_view text) const;

  /// Ends it as a power cut would, for the process: at once, wherever it is.
  void kill();

  [[nodiscard]] pid_t id() const noexcept { return pid_; }

  /// What it holds now.
  [[nodiscard]] std::size_t resident_bytes() const;
  [[nodiscard]] std::size_t open_sockets() const;

  /// Waits for the end and returns the exit status, or the negative number of the signal.
  int wait();

  int stop() {
    send_terminate();
    return wait();
  }

 private:
  struct Unstarted {};
  ServiceProcess(Unstarted /*tag*/, const std::vector<std::string>& arguments);

  bool read_more();
  [[nodiscard]] std::filesystem::path log_file() const { return scratch_.path() / "log"; }

  tenancy_test::TemporaryFolder scratch_;
  pid_t pid_ = -1;
  int pipe_ = -1;
  std::uint16_t port_ = 0;
  std::string output_;
};

/// The words of a text that begin with a prefix: the keys in an output.
std::vector<std::string> words_with_prefix(std::string_view text, std::string_view prefix);

}  // namespace e2e
