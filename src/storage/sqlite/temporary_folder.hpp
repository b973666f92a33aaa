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
  /// Beside a file, where there is room for one like it: `FILE.PURPOSE-XXXXXX`. It is locked while
  /// it is in use, so that one whose process was killed is known.
  /// Errors: `cannot_open`.
  static Result<TemporaryFolder> create_beside(const std::filesystem::path& file,
                                               std::string_view purpose);

  /// Removes those beside a file that nobody uses any more. What cannot be removed stays.
  static void remove_abandoned(const std::filesystem::path& file, std::string_view purpose);

  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_{std::exchange(other.path_, {})}, lock_{std::exchange(other.lock_, -1)} {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  /// Locked by `flock`, which no other code of this process may ask of the folder then.
  static Result<TemporaryFolder> create_locked(const std::string& form);

  TemporaryFolder(std::filesystem::path path, int lock) noexcept
      : path_{std::move(path)}, lock_{lock} {}

  std::filesystem::path path_;
  int lock_;  ///< A descriptor of the folder that is locked, or -1.
};

}  // namespace tenancy::inline v0::detail::sqlite
