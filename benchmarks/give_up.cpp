#include "give_up.hpp"

#include <cstdlib>
#include <iostream>

namespace tenancy_bench {

void give_up(const std::string& reason) {
  std::cerr << reason << '\n';
  std::exit(EXIT_FAILURE);
}

}  // namespace tenancy_bench
