#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

namespace tenancy_bench {

/// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path())
      : path_{make(parent)} {}
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  static std::filesystem::path make(const std::filesystem::path& parent) {
    std::string name = (parent / "tenancy-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      std::cerr << "A temporary folder cannot be made.\n";
      std::exit(EXIT_FAILURE);
    }
    return name;
  }

  std::filesystem::path path_;
};

}  // namespace tenancy_bench
