#include "service/cores.hpp"

#include <sched.h>

#include "give_up.hpp"

namespace tenancy_bench {

Cores choose_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    give_up("the cores that may be used are not known");
  }
  std::vector<std::size_t> cores;
  for (std::size_t core = 0; core < CPU_SETSIZE && cores.size() < 2; ++core) {
    if (CPU_ISSET(core, &allowed)) {
      cores.push_back(core);
    }
  }
  return {cores.front(), cores.back()};
}

void stay_on(std::size_t core) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0) {
    give_up("core " + std::to_string(core) + " cannot be chosen");
  }
}

std::vector<std::string> on_core(std::size_t core, std::vector<std::string> command) {
  std::vector<std::string> whole{"taskset", "--cpu-list",  std::to_string(core),
                                 "setpriv", "--pdeathsig", "TERM"};
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

}  // namespace tenancy_bench
