#include "storage/sqlite/temporary_folder.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

#include "core/file.hpp"

namespace tenancy::inline v0::detail::sqlite {

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code failure;
  const auto parent = std::filesystem::temp_directory_path(failure);
  if (failure) {
    return Error{errc::cannot_open, "no folder for temporary files: " + failure.message()};
  }
  return create_from((parent / "tenancy-XXXXXX").string());
}

Result<TemporaryFolder> TemporaryFolder::create_beside(const std::filesystem::path& file,
                                                       std::string_view purpose) {
  return create_from(file.string() + "." + std::string{purpose} + "-XXXXXX");
}

Result<TemporaryFolder> TemporaryFolder::create_from(std::string name) {
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{errc::cannot_open,
                 "cannot create the folder " + name + ": " + last_system_error().message()};
  }
  return TemporaryFolder{std::filesystem::path{name}};
}

TemporaryFolder::~TemporaryFolder() {
  if (!path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
