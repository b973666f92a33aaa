#pragma once

#include <filesystem>
#include <utility>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A private folder (mode 0700) under the system's folder for temporary files, removed with all
/// that is in it at the end.
class TemporaryFolder {
 public:
  /// Errors: `cannot_open`.
  static Result<TemporaryFolder> create();

  TemporaryFolder(TemporaryFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) noexcept : path_{std::move(path)} {}

  std::filesystem::path path_;
};

}  // namespace tenancy::inline v0::detail::sqlite
