#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace tenancy_test {

/// Runs the action in a child process that sees a small filesystem in that folder, in memory and in
/// a mount namespace of its own, so that nothing is left behind and nobody else sees it. Gives what
/// the action finds broken, or why it could not run.
std::string on_small_disk(const std::filesystem::path& folder, const char* size,
                          const std::function<std::string()>& action);

/// Something else on the disk, which can go when room is needed.
class Ballast {
 public:
  Ballast(std::filesystem::path file, std::size_t size);
  void drop() const;

 private:
  std::filesystem::path file_;
};

}  // namespace tenancy_test
