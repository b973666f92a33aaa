#pragma once

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace tenancy_test {

/// Runs an action that gives a text in a child process, which it may change in ways that cannot be
/// undone (users, mounts, loaded libraries), and gives the text back. A child that throws, or ends
/// in any other way, gives a text that begins with "child failed".
///
/// Only the calling thread exists in the child: call it while the test has no other.
template <class Action>
std::string text_from_child(Action&& action) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    return "child failed: no pipe";
  }
  // What stands in the buffers would otherwise be written by the child, too.
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    std::string text;
    try {
      text = std::forward<Action>(action)();
    } catch (const std::exception& thrown) {
      text = std::string{"child failed: "} + thrown.what();
    } catch (...) {
      text = "child failed: an exception";
    }
    const bool written =
        ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 1024> part{};
  while (true) {
    const ssize_t got = ::read(ends[0], part.data(), part.size());
    if (got > 0) {
      text.append(part.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      break;
    }
  }
  ::close(ends[0]);
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (child < 0 || status != 0) {
    return "child failed: status " + std::to_string(status) + ": " + text;
  }
  return text;
}

}  // namespace tenancy_test
