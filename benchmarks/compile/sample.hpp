#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace tenancy_bench {

/// A source file that is compiled and timed. What stands between the comments `[entity` and
/// `entity]` is what one entity needs.
class Sample {
 public:
  explicit Sample(const std::filesystem::path& file);

  /// The file with so many entities of different names.
  [[nodiscard]] std::string with_entities(std::size_t count) const;

  /// The file without the header.
  [[nodiscard]] Sample without_include(std::string_view header) const;

 private:
  std::string before_;
  std::string entity_;
  std::string after_;
};

}  // namespace tenancy_bench
