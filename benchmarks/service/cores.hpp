#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tenancy_bench {

/// Who runs where: a server and what asks it take nothing from each other.
struct Cores {
  std::size_t server;
  std::size_t client;
};

/// The first two cores that this program may use; the only one twice where there is no other.
Cores choose_cores();

/// Keeps this thread, and the programs that it starts from now on, on a core.
void stay_on(std::size_t core);

/// The command that runs a program on a core, as long as the thread that started it lives.
std::vector<std::string> on_core(std::size_t core, std::vector<std::string> command);

}  // namespace tenancy_bench
