#include "e2e/ctl_process.hpp"

#include <array>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace e2e {
namespace {

constexpr int patience_ms = 120'000;

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> all;
  for (char** each = ::environ; *each != nullptr; ++each) {
    const std::string_view entry{*each};
    if (!entry.starts_with("TENANTCTL_") && !entry.starts_with("NO_COLOR=") &&
        !entry.starts_with("TERM=")) {
      all.emplace_back(entry);
    }
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    all.push_back(text.data());
  }
  all.push_back(nullptr);
  return all;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error{"pipe2 failed"};
  }
  return ends;
}

/// Moves what can be read to the text; false at the end.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 4096> chunk{};
  const auto size = ::read(descriptor, chunk.data(), chunk.size());
  if (size <= 0) {
    return false;
  }
  text.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace

CtlProcess::CtlProcess(const CtlStart& start) {
  std::vector<std::string> words{TENANTCTL_PATH};
  if (!start.redirections.empty()) {
    words = {"/bin/sh", "-c", R"(exec "$0" "$@" )" + start.redirections, TENANTCTL_PATH};
  }
  words.insert(words.end(), start.arguments.begin(), start.arguments.end());
  auto environment = environment_with(start.environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  const auto outputs = make_pipe();
  output_end_ = outputs[0];
  std::array<int, 2> errors{-1, -1};
  if (start.has_terminal) {
    int other_end = -1;
    std::array<char, 128> name{};
    if (::openpty(&error_end_, &other_end, name.data(), nullptr, nullptr) != 0) {
      throw std::runtime_error{"openpty failed"};
    }
    ::fcntl(error_end_, F_SETFD, FD_CLOEXEC);
    ::fcntl(other_end, F_SETFD, FD_CLOEXEC);
    errors[1] = other_end;
    // The first terminal that the leader of a session opens is the one that signals it.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, name.data(), O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
  } else {
    errors = make_pipe();
    error_end_ = errors[0];
    const auto input = scratch_ / "input";
    std::ofstream{input, std::ios::binary} << start.input;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  }
  posix_spawn_file_actions_adddup2(&actions, outputs[1], STDOUT_FILENO);
  const int status = ::posix_spawn(&pid_, words.front().c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(outputs[1]);
  ::close(errors[1]);
  if (status != 0) {
    throw std::runtime_error{"cannot start " + words.front()};
  }
}

CtlProcess::~CtlProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int end : {output_end_, error_end_}) {
    if (end >= 0) {
      ::close(end);
    }
  }
}

void CtlProcess::await(std::string_view text) {
  while (result_.errors.find(text) == std::string::npos) {
    if (!read_more()) {
      throw std::runtime_error{"tenantctl ended: " + result_.output + result_.errors};
    }
  }
}

void CtlProcess::await_open(const std::filesystem::path& file) const {
  const std::filesystem::path descriptors{"/proc/" + std::to_string(pid_) + "/fd"};
  while (true) {
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        ended.si_pid != 0) {
      throw std::runtime_error{"tenantctl ended"};
    }
    std::error_code vanished;
    for (const auto& each : std::filesystem::directory_iterator{descriptors, vanished}) {
      if (std::filesystem::read_symlink(each.path(), vanished) == file) {
        return;
      }
    }
    ::sched_yield();
  }
}

void CtlProcess::type(std::string_view text) const {
  if (::write(error_end_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error{"the terminal takes nothing"};
  }
}

void CtlProcess::send(int signal) const {
  if (pid_ > 0) {
    ::kill(pid_, signal);
  }
}

bool CtlProcess::read_more() {
  std::array<pollfd, 2> waited{{{output_end_, POLLIN, 0}, {error_end_, POLLIN, 0}}};
  if (::poll(waited.data(), waited.size(), patience_ms) <= 0) {
    ::kill(pid_, SIGKILL);
    return false;
  }
  if (waited[0].revents != 0 && !read_some(output_end_, result_.output)) {
    ::close(std::exchange(output_end_, -1));
  }
  if (waited[1].revents != 0 && !read_some(error_end_, result_.errors)) {
    ::close(std::exchange(error_end_, -1));
  }
  return output_end_ >= 0 || error_end_ >= 0;
}

CtlResult CtlProcess::finish() {
  while (read_more()) {
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return result_;
}

CtlResult run_ctl(const CtlStart& start) { return CtlProcess{start}.finish(); }

CtlStore::CtlStore(Place place) : store_{place} {
  std::filesystem::create_directories(store_.data());
  const auto made =
      run_ctl({.arguments = {"migrate", "up"}, .environment = store_.owner_environment()});
  if (made.status != 0) {
    throw std::runtime_error{"no store: " + made.errors};
  }
}

CtlStart CtlStore::start(std::vector<std::string> arguments) const {
  return {.arguments = std::move(arguments), .environment = environment()};
}

nlohmann::json CtlStore::json(std::vector<std::string> arguments) const {
  arguments.emplace_back("--json");
  const auto result = run(std::move(arguments));
  if (result.status != 0) {
    throw std::runtime_error{"status " + std::to_string(result.status) + ": " + result.errors};
  }
  return result.json();
}

nlohmann::json CtlStore::error(int status, std::vector<std::string> arguments) const {
  arguments.emplace_back("--json");
  const auto result = run(std::move(arguments));
  if (result.status != status || !result.output.empty()) {
    throw std::runtime_error{"status " + std::to_string(result.status) + ": " + result.output +
                             result.errors};
  }
  return result.error();
}

}  // namespace e2e
