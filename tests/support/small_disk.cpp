#include "support/small_disk.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tenancy_test {
namespace {

bool write_text(const char* file, std::string_view text) {
  const int descriptor = ::open(file, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return false;
  }
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  return written;
}

/// Gives this process mounts of its own; without root, as root of a namespace of its own.
bool leave_mounts_alone() {
  const auto user = std::to_string(::geteuid());
  const auto group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        !write_text("/proc/self/setgroups", "deny") ||
        !write_text("/proc/self/uid_map", "0 " + user + " 1") ||
        !write_text("/proc/self/gid_map", "0 " + group + " 1")) {
      return false;
    }
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

std::string on_small_disk(const std::filesystem::path& folder, const char* size,
                          const std::function<std::string()>& action) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  // What stands in the buffers would otherwise be written by the child, too.
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    std::string text;
    if (!leave_mounts_alone() ||
        ::mount("small", folder.c_str(), "tmpfs", 0, (std::string{"size="} + size).c_str()) != 0) {
      text = "no small filesystem: this test needs root or user namespaces";
    } else {
      try {
        text = action();
      } catch (const std::exception& failure) {
        text = std::string{"an exception: "} + failure.what();
      } catch (...) {
        text = "a requirement was not met; it is told above";
      }
    }
    text += "end\n";
    const bool told =
        ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    std::cout.flush();
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (!text.ends_with("end\n") || status != 0) {
    return "the child ended too early: " + text;
  }
  text.resize(text.size() - 4);
  return text;
}

Ballast::Ballast(std::filesystem::path file, std::size_t size) : file_{std::move(file)} {
  std::ofstream{file_, std::ios::binary} << std::string(size, 'x');
}

void Ballast::drop() const { std::filesystem::remove(file_); }

}  // namespace tenancy_test
