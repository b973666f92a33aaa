#include "ctl/confirm.hpp"

#include <iostream>

#include <unistd.h>

#include "ctl/display.hpp"
#include "ctl/input.hpp"
#include "ctl/standard_streams.hpp"

namespace tenantctl {
namespace {

constexpr std::size_t longest_answer = 256;

}  // namespace

Outcome<void> confirm(const Question& question, const Interruption& interruption) {
  if (!is_terminal(STDIN_FILENO)) {
    return Failure::unconfirmed(question.what + " There is no terminal to ask at.",
                                "Confirm with --yes.");
  }
  std::cerr << printable(question.what) << "\nType " << printable(question.answer)
            << " to go on: " << std::flush;
  auto line = read_line(interruption, longest_answer);
  if (!line) {
    // Whatever is printed next begins a line.
    std::cerr << '\n';
    return line.error();
  }
  if (line.value() != question.answer) {
    return Failure::unconfirmed("The answer was another; nothing was done.", {});
  }
  return success();
}

}  // namespace tenantctl
