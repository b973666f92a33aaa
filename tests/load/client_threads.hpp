#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace load {

/// What a client found wrong; doctest's checks stay on the test's own thread.
class Findings {
 public:
  void expect(bool holds, const std::string& what);
  [[nodiscard]] const std::vector<std::string>& all() const noexcept { return wrong_; }

 private:
  std::vector<std::string> wrong_;
};

/// Runs `work(number, findings)` on that many threads and gives what all of them found wrong, a
/// line for each finding; an exception is one, too.
std::string run_clients(std::size_t count, const std::function<void(std::size_t, Findings&)>& work);

}  // namespace load
