#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/types.h>

#include "e2e/program_store.hpp"
#include "support/temporary_folder.hpp"

namespace e2e {

/// What a tenantctl left behind.
struct CtlResult {
  int status;          ///< The exit status, or the negative number of the signal that ended it.
  std::string output;  ///< Standard output.
  std::string errors;  ///< Standard error, or what the terminal showed.

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(output); }
  /// The error of `--json`; throws when standard error holds anything else.
  [[nodiscard]] nlohmann::json error() const { return nlohmann::json::parse(errors).at("error"); }
};

/// How one is started.
struct CtlStart {
  std::vector<std::string> arguments;
  std::vector<std::string> environment = {};  ///< `NAME=VALUE`, beside what the test has.
  std::string input = {};                     ///< Standard input, where there is no terminal.
  /// Whether standard input and error are a terminal.
  bool has_terminal = false;
  /// Shell redirections, such as `>&-`, in the place of the pipes.
  std::string redirections = {};
};

/// A running tenantctl. Waits are bounded generously, so that one that hangs fails its test and
/// nothing else.
class CtlProcess {
 public:
  explicit CtlProcess(const CtlStart& start);
  CtlProcess(const CtlProcess&) = delete;
  CtlProcess& operator=(const CtlProcess&) = delete;
  ~CtlProcess();

  /// Reads until standard error, or the terminal, has shown the text. Throws when it ends before.
  void await(std::string_view text);
  /// Waits until it has the file open.
  void await_open(const std::filesystem::path& file) const;
  void type(std::string_view text) const;
  void send(int signal) const;

  /// Waits for its end.
  CtlResult finish();

 private:
  bool read_more();

  tenancy_test::TemporaryFolder scratch_;
  pid_t pid_ = -1;
  int output_end_ = -1;
  int error_end_ = -1;
  CtlResult result_{};
};

/// Runs one to its end.
CtlResult run_ctl(const CtlStart& start);

/// A store of its own, and tenantctl for it.
class CtlStore {
 public:
  explicit CtlStore(Place place = wanted_place());

  [[nodiscard]] const ProgramStore& place() const noexcept { return store_; }
  /// Of SQLite alone.
  [[nodiscard]] std::filesystem::path file() const { return store_.file(); }
  [[nodiscard]] std::filesystem::path folder() const { return store_.folder(); }
  [[nodiscard]] std::string url() const { return store_.url(); }
  [[nodiscard]] std::vector<std::string> environment() const { return store_.ctl_environment(); }

  [[nodiscard]] CtlStart start(std::vector<std::string> arguments) const;
  [[nodiscard]] CtlResult run(std::vector<std::string> arguments) const {
    return run_ctl(start(std::move(arguments)));
  }
  /// What a command that must succeed says with `--json`.
  nlohmann::json json(std::vector<std::string> arguments) const;
  /// The error of one that must fail with that status.
  nlohmann::json error(int status, std::vector<std::string> arguments) const;

 private:
  ProgramStore store_;
};

}  // namespace e2e
