#include "core/file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace tenancy::inline v0::detail {
namespace {

std::error_code sync_opened(const std::filesystem::path& path, int flags) noexcept {
  const FileDescriptor opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags)};
  if (!opened.is_open() || ::fsync(opened.get()) != 0) {
    return last_system_error();
  }
  return {};
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (is_open()) {
    ::close(descriptor_);
  }
}

std::error_code last_system_error() noexcept { return {errno, std::system_category()}; }

std::error_code write_all(const FileDescriptor& file, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return last_system_error();
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

std::error_code sync_file(const std::filesystem::path& file) noexcept {
  return sync_opened(file, O_NOFOLLOW);
}

std::error_code sync_folder(const std::filesystem::path& folder) noexcept {
  return sync_opened(folder, O_DIRECTORY);
}

}  // namespace tenancy::inline v0::detail
