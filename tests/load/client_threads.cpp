#include "load/client_threads.hpp"

#include <exception>
#include <thread>

namespace load {
namespace {

// What goes wrong once usually goes wrong each time.
constexpr std::size_t max_findings = 5;

}  // namespace

void Findings::expect(bool holds, const std::string& what) {
  if (!holds && wrong_.size() < max_findings) {
    wrong_.push_back(what);
  }
}

std::string run_clients(std::size_t count,
                        const std::function<void(std::size_t, Findings&)>& work) {
  std::vector<Findings> findings(count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t number = 0; number < count; ++number) {
      threads.emplace_back([&, number] {
        try {
          work(number, findings[number]);
        } catch (const std::exception& thrown) {
          findings[number].expect(false, std::string{"an exception: "} + thrown.what());
        }
      });
    }
  }
  std::string all;
  for (const Findings& some : findings) {
    for (const std::string& finding : some.all()) {
      all += finding + "\n";
    }
  }
  return all;
}

}  // namespace load
