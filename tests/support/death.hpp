#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tenancy_test {

/// Runs the action in a child process, which must end it by `SIGABRT`, and gives what it wrote to
/// standard error, so that a test can tell the broken invariant it means from another one. A child
/// that ends in any other way gives a text that begins with "no abort".
///
/// Only the calling thread exists in the child: call it while the test has no other.
template <class Action>
std::string message_of_abort(Action&& action) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    return "no abort: no pipe";
  }
  // What stands in the buffers would otherwise be written by the child, too.
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return "no abort: no child process";
  }
  if (child == 0) {
    // doctest would report the signal as its own failure, and a core file helps nobody here.
    std::signal(SIGABRT, SIG_DFL);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    std::forward<Action>(action)();
    ::_exit(EXIT_SUCCESS);
  }
  ::close(ends[1]);
  std::string written;
  std::array<char, 1024> part{};
  while (true) {
    const ssize_t got = ::read(ends[0], part.data(), part.size());
    if (got > 0) {
      written.append(part.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      break;
    }
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
    return "no abort: status " + std::to_string(status) + ": " + written;
  }
  return written;
}

/// Whether the action stops the process for the reason that these words name.
template <class Action>
bool aborts_with(std::string_view words, Action&& action) {
  const std::string message = message_of_abort(std::forward<Action>(action));
  return message.starts_with("tenancy: broken invariant: ") &&
         message.find(words) != std::string::npos;
}

}  // namespace tenancy_test
