#include "e2e/service_process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace e2e {
namespace {

constexpr int patience_ms = 120'000;

bool wait_readable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, patience_ms) > 0;
}

/// This process's environment, where the port is a free one: what does not say which must not meet
/// another test's.
std::vector<char*> environment_with_free_port() {
  static std::string free_port{"TENANTD_PORT=0"};
  std::vector<char*> variables{free_port.data()};
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    variables.push_back(*variable);
  }
  variables.push_back(nullptr);
  return variables;
}

pid_t spawn(const std::vector<std::string>& arguments, int output,
            const std::filesystem::path& log) {
  std::string program{TENANTD_PATH};
  std::vector<std::string> copies{arguments};
  std::vector<char*> argv{program.data()};
  for (std::string& argument : copies) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, S_IRUSR | S_IWUSR);
  auto environment = environment_with_free_port();
  pid_t pid = -1;
  const int status =
      ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (status != 0) {
    throw std::runtime_error{"cannot start " + program};
  }
  return pid;
}

}  // namespace

ServiceProcess::ServiceProcess(Unstarted /*tag*/, const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error{"pipe2 failed"};
  }
  pipe_ = ends[0];
  pid_ = spawn(arguments, ends[1], log_file());
  ::close(ends[1]);
}

ServiceProcess::ServiceProcess(const std::vector<std::string>& arguments)
    : ServiceProcess{Unstarted{}, arguments} {
  constexpr std::string_view announcement = "listening on http";
  std::size_t line = std::string::npos;
  while (true) {
    line = output_.find(announcement);
    if (line != std::string::npos && output_.find('\n', line) != std::string::npos) {
      break;
    }
    if (!read_more()) {
      throw std::runtime_error{"tenantd does not listen: " + output_ + log()};
    }
  }
  const auto end = output_.find('\n', line);
  const auto colon = output_.rfind(':', end);
  port_ = static_cast<std::uint16_t>(std::stoul(output_.substr(colon + 1, end - colon - 1)));
}

ServiceProcess::~ServiceProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (pipe_ >= 0) {
    ::close(pipe_);
  }
}

Finished ServiceProcess::run_to_end(const std::vector<std::string>& arguments) {
  ServiceProcess process{Unstarted{}, arguments};
  const int status = process.wait();
  return {status, process.output(), process.log()};
}

std::string ServiceProcess::log() const {
  std::ifstream file{log_file()};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

void ServiceProcess::send_terminate() const {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
  }
}

void ServiceProcess::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::size_t ServiceProcess::resident_bytes() const {
  std::ifstream status{"/proc/" + std::to_string(pid_) + "/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  status >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t ServiceProcess::open_sockets() const {
  std::size_t sockets = 0;
  const std::filesystem::path files = "/proc/" + std::to_string(pid_) + "/fd";
  for (const auto& file : std::filesystem::directory_iterator{files}) {
    std::error_code closed_meanwhile;
    const auto target = std::filesystem::read_symlink(file.path(), closed_meanwhile).string();
    sockets += target.starts_with("socket:") ? 1U : 0U;
  }
  return sockets;
}

void ServiceProcess::send_hang_up() const { ::kill(pid_, SIGHUP); }

void ServiceProcess::wait_for_log(std::string_view text) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{patience_ms};
  while (log().find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() >= end) {
      throw std::runtime_error{"not in the log: " + std::string{text}};
    }
    std::this_thread::yield();
  }
}

int ServiceProcess::wait() {
  while (read_more()) {
  }
  // The output has ended; the process has not quite, or hangs.
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  const bool has_ended = handle >= 0 && wait_readable(handle);
  if (handle >= 0) {
    ::close(handle);
  }
  if (!has_ended) {
    ::kill(pid_, SIGKILL);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool ServiceProcess::read_more() {
  std::array<char, 4096> chunk{};
  if (!wait_readable(pipe_)) {
    return false;
  }
  const auto size = ::read(pipe_, chunk.data(), chunk.size());
  if (size <= 0) {
    return false;
  }
  output_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

std::vector<std::string> words_with_prefix(std::string_view text, std::string_view prefix) {
  std::vector<std::string> words;
  std::istringstream stream{std::string{text}};
  for (std::string word; stream >> word;) {
    std::erase(word, '\'');
    if (word.starts_with(prefix) && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
  }
  return words;
}

}  // namespace e2e
