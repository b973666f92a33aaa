#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A private folder (mode 0700), removed with all that is in it at the end. Exported, because
/// tenancy::testing stands on it.
class TENANCY_API TemporaryFolder {
 public:
  /// Under the system's folder for temporary files. Errors: `cannot_open`.
  static Result<TemporaryFolder> create();
  /// Beside a file, where there is room for one like it: `FILE.PURPOSE-XXXXXX`.
  /// Errors: `cannot_open`.
  static Result<TemporaryFolder> create_beside(const std::filesystem::path& file,
                                               std::string_view purpose);

  TemporaryFolder(TemporaryFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  static Result<TemporaryFolder> create_from(std::string name);

  explicit TemporaryFolder(std::filesystem::path path) noexcept : path_{std::move(path)} {}

  std::filesystem::path path_;
};

}  // namespace tenancy::inline v0::detail::sqlite
