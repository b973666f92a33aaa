#include "ctl/input.hpp"

#include <algorithm>
#include <array>

#include <poll.h>
#include <unistd.h>

namespace tenantctl {
namespace {

/// Some bytes, none at the end.
Outcome<std::string> read_some(const Interruption& interruption, std::size_t most) {
  std::array<pollfd, 2> waited{{{STDIN_FILENO, POLLIN, 0}, {interruption.descriptor(), POLLIN, 0}}};
  while (::poll(waited.data(), waited.size(), -1) < 0) {
  }
  if (waited[1].revents != 0) {
    return Failure{tenancy::Error{tenancy::errc::cancelled, "Nothing was done."}};
  }
  std::array<char, 4096> chunk{};
  const auto size = ::read(STDIN_FILENO, chunk.data(), std::min(most, chunk.size()));
  if (size < 0) {
    return Failure::other("input", "cannot read standard input");
  }
  return std::string{chunk.data(), static_cast<std::size_t>(size)};
}

}  // namespace

Outcome<std::string> read_line(const Interruption& interruption, std::size_t most) {
  std::string line;
  while (line.size() < most) {
    BOOST_OUTCOME_TRY(const auto next, read_some(interruption, 1));
    if (next.empty() || next == "\n") {
      break;
    }
    line += next;
  }
  return line;
}

Outcome<std::string> read_all(const Interruption& interruption, std::size_t most) {
  std::string text;
  while (text.size() < most) {
    BOOST_OUTCOME_TRY(const auto next, read_some(interruption, most - text.size()));
    if (next.empty()) {
      break;
    }
    text += next;
  }
  return text;
}

}  // namespace tenantctl
