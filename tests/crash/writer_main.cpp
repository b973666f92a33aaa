// A process that is going to be killed: crash_writer FILE FIRST THREADS
//
// Each thread writes pairs for both tenants, numbered from FIRST on, until the end of the process,
// and tells of each answer with one line on standard output: `+ TENANT NUMBER` when the write was
// acknowledged, `- CODE` when not. `open` is the first line. A line is shorter than PIPE_BUF, so
// that it is there whole or not at all.

#define DOCTEST_CONFIG_IMPLEMENT
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "crash/pairs.hpp"

namespace {

void tell(const std::string& line) {
  const std::string text = line + '\n';
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    std::_Exit(3);
  }
}

[[noreturn]] void write_on(const tenancy_test::OpenStore& open, int first) {
  for (int number = first;; ++number) {
    const std::size_t tenant = static_cast<std::size_t>(number) % tenancy_test::tenant_count;
    // Some reach beyond a page, so that a transaction is more than one write of the file.
    const std::size_t padding = number % 5 == 0 ? 6'000 : 40;
    const auto answer = tenancy_test::put_pair(open.store, open.contexts.at(tenant),
                                               std::to_string(number), number, padding);
    tell(answer ? "+ " + std::to_string(tenant) + ' ' + std::to_string(number)
                : "- " + std::string{tenancy::to_string(answer.error().code())});
  }
}

}  // namespace

int main(int argc, char** argv) {
  // Whatever becomes of the test.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc != 4) {
    return 2;
  }
  const int first = std::stoi(argv[2]);
  const int threads = std::stoi(argv[3]);
  auto open = tenancy_test::open_existing(argv[1]);
  if (!open) {
    tell("- " + open.error().to_string());
    return 1;
  }
  tell("open");
  constexpr int numbers_of_a_thread = 100'000;
  std::vector<std::thread> writers;
  writers.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) {
    writers.emplace_back([&, i] { write_on(open.value(), first + i * numbers_of_a_thread); });
  }
  for (auto& writer : writers) {
    writer.join();
  }
}
