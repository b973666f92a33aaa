#include "child_process.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tenancy_bench {
namespace {

/// What the child does with its descriptors before it starts.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  posix_spawn_file_actions_t* get() noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return text;
    }
  }
}

}  // namespace

std::optional<ChildResult> run_program(const std::vector<std::string>& command) {
  // Both ends close when the child starts its program; the copy on standard error does not.
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return std::nullopt;
  }
  const auto [from_child, to_parent] = pipe;
  FileActions actions;
  posix_spawn_file_actions_adddup2(actions.get(), to_parent, STDERR_FILENO);
  posix_spawn_file_actions_addopen(actions.get(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

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
      ::posix_spawnp(&child, arguments[0], actions.get(), nullptr, arguments.data(), environ);
  ::close(to_parent);
  std::string errors = read_to_end(from_child);
  ::close(from_child);
  if (failure != 0) {
    return std::nullopt;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return std::nullopt;
    }
  }
  return ChildResult{WIFEXITED(status) && WEXITSTATUS(status) == 0, std::move(errors)};
}

}  // namespace tenancy_bench
