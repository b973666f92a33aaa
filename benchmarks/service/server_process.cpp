#include "service/server_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <string_view>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "give_up.hpp"

namespace tenancy_bench {
namespace {

pid_t start(const std::vector<std::string>& command, int output) {
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // posix_spawn takes its arguments without const and leaves them as they are.
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failure =
      ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failure == 0 ? child : 0;
}

/// Reads until a whole line tells the port; 0 when the output ends before that.
std::uint16_t read_port(int output) {
  constexpr std::string_view before = "listening on http://127.0.0.1:";
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = ::read(output, buffer.data(), buffer.size());
    if (size == 0 || (size < 0 && errno != EINTR)) {
      return 0;
    }
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const std::size_t found = text.find(before);
    if (found != std::string::npos && text.find('\n', found) != std::string::npos) {
      std::uint16_t port = 0;
      std::from_chars(text.data() + found + before.size(), text.data() + text.size(), port);
      return port;
    }
  }
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    give_up("there is no pipe to be had");
  }
  const auto [from_child, to_parent] = pipe;
  output_ = from_child;
  id_ = start(command, to_parent);
  ::close(to_parent);
  port_ = id_ == 0 ? std::uint16_t{0} : read_port(output_);
  if (port_ == 0) {
    std::string words;
    for (const std::string& word : command) {
      words += " " + word;
    }
    give_up("a server does not start:" + words);
  }
}

std::chrono::nanoseconds ServerProcess::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    give_up("a server has ended");
  }
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

ServerProcess::~ServerProcess() {
  ::kill(id_, SIGTERM);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::close(output_);
}

}  // namespace tenancy_bench
