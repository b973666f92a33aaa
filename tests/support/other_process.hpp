#pragma once

#include <array>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test_store.hpp"

namespace tenancy_test {

/// A program of its own that opened the same store; see tests/support/other_process.cpp. It ends
/// with its standard input.
class OtherProcess {
 public:
  OtherProcess(const TestStore& test, const tenancy::Tenant& tenant) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error{"no pipe"};
    }
    std::string program{OTHER_PROCESS_PATH};
    std::string url = test.url();
    std::string id = tenant.id.to_string();
    std::array<char*, 4> arguments{program.data(), url.data(), id.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    const int status =
        ::posix_spawn(&child_, program.c_str(), &actions, nullptr, arguments.data(), ::environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(to[0]);
    ::close(from[1]);
    input_ = ::fdopen(to[1], "w");
    output_ = ::fdopen(from[0], "r");
    if (status != 0 || input_ == nullptr || output_ == nullptr) {
      throw std::runtime_error{"cannot start " + program};
    }
    REQUIRE(answer() == "ready");
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() {
    static_cast<void>(std::fclose(input_));
    ::waitpid(child_, nullptr, 0);
    static_cast<void>(std::fclose(output_));
  }

  std::string tell(const std::string& command) {
    begin(command);
    return answer();
  }

  /// Does not wait for the answer.
  void begin(const std::string& command) {
    std::fputs((command + "\n").c_str(), input_);
    std::fflush(input_);
  }
  void kill() const { ::kill(child_, SIGKILL); }

  /// Of a command that was begun.
  std::string answer() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
      line.push_back(static_cast<char>(c));
    }
    return line;
  }

 private:
  pid_t child_ = -1;
  std::FILE* input_ = nullptr;
  std::FILE* output_ = nullptr;
};

}  // namespace tenancy_test
