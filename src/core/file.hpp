#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tenancy::inline v0::detail {

/// An open file descriptor, closed at the end.
class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int descriptor) noexcept : descriptor_{descriptor} {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  /// Whoever takes it closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_ = -1;
};

/// Writes all of it, whatever the kernel takes at a time.
[[nodiscard]] std::error_code write_all(const FileDescriptor& file,
                                        std::string_view bytes) noexcept;

/// Makes what was written to the file survive a power cut; its entry in the folder has to as well.
[[nodiscard]] std::error_code sync_file(const std::filesystem::path& file) noexcept;

/// Makes a new or renamed entry of the folder survive a power cut.
[[nodiscard]] std::error_code sync_folder(const std::filesystem::path& folder) noexcept;

/// The folder that holds the file; `.` for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

[[nodiscard]] std::error_code last_system_error() noexcept;

}  // namespace tenancy::inline v0::detail
