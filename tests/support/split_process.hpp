#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace tenancy_test {

/// A process that splits in the midst of what it does: the child goes on from there as the parent
/// does, but only when it is told to.
class SplitProcess {
 public:
  SplitProcess() {
    if (::pipe(go_.data()) != 0 || ::pipe(said_.data()) != 0) {
      throw std::runtime_error{"no pipe"};
    }
  }
  SplitProcess(const SplitProcess&) = delete;
  SplitProcess& operator=(const SplitProcess&) = delete;
  ~SplitProcess() {
    for (const int end : {go_[0], go_[1], said_[0], said_[1]}) {
      ::close(end);
    }
  }

  [[nodiscard]] bool has_split() const noexcept { return has_split_; }
  [[nodiscard]] bool is_child() const noexcept { return has_split_ && child_ == 0; }

  /// Returns in both.
  void split() {
    std::fflush(nullptr);
    has_split_ = true;
    child_ = ::fork();
    char byte = 0;
    if (child_ == 0 && ::read(go_[0], &byte, 1) != 1) {
      ::_exit(EXIT_FAILURE);
    }
  }

  /// In the child, at its end.
  [[noreturn]] void say(const std::string& text) const {
    const bool written =
        ::write(said_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? EXIT_SUCCESS : EXIT_FAILURE);
  }

  /// In the parent: lets the child go on, and gives what it said.
  std::string let_go() {
    ::close(said_[1]);
    said_[1] = -1;
    if (::write(go_[1], "g", 1) != 1) {
      return "nobody to tell";
    }
    std::string text;
    std::array<char, 256> part{};
    for (ssize_t got = 0; (got = ::read(said_[0], part.data(), part.size())) > 0;) {
      text.append(part.data(), static_cast<std::size_t>(got));
    }
    int status = 0;
    ::waitpid(child_, &status, 0);
    return status == 0 ? text : "child failed: " + text;
  }

 private:
  std::array<int, 2> go_{};
  std::array<int, 2> said_{};
  pid_t child_ = -1;
  bool has_split_ = false;
};

}  // namespace tenancy_test
