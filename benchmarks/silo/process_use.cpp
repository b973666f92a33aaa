#include "silo/process_use.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "give_up.hpp"

namespace tenancy_bench {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  // The iterator has one itself.
  return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;
}

std::size_t own_memory() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    if (word == "RssAnon:") {
      std::size_t kibibytes = 0;
      status >> kibibytes;
      return kibibytes * 1024;
    }
  }
  give_up("/proc/self/status does not tell the memory of this process");
}

}  // namespace tenancy_bench
