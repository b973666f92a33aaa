#include "storage/sqlite/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// By a name that ends in XXXXXX, which becomes the folder's.
Result<void> make_temporary(std::string& name) {
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{errc::cannot_open,
                 "cannot create the folder " + name + ": " + last_system_error().message()};
  }
  return success();
}

}  // namespace

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code failure;
  const auto parent = std::filesystem::temp_directory_path(failure);
  if (failure) {
    return Error{errc::cannot_open, "no folder for temporary files: " + failure.message()};
  }
  std::string name = (parent / "tenancy-XXXXXX").string();
  BOOST_OUTCOME_TRY(make_temporary(name));
  return TemporaryFolder{std::filesystem::path{name}, -1};
}

Result<TemporaryFolder> TemporaryFolder::create_beside(const std::filesystem::path& file,
                                                       std::string_view purpose) {
  return create_locked(file.string() + "." + std::string{purpose} + "-XXXXXX");
}

Result<TemporaryFolder> TemporaryFolder::create_locked(const std::string& form) {
  while (true) {
    std::string name = form;
    BOOST_OUTCOME_TRY(make_temporary(name));
    FileDescriptor folder{::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct stat status {};
    if (folder.is_open() && ::flock(folder.get(), LOCK_EX) == 0 &&
        ::fstat(folder.get(), &status) == 0) {
      if (status.st_nlink == 0) {
        continue;  // Taken for an abandoned one before it was locked.
      }
      return TemporaryFolder{std::filesystem::path{name}, folder.release()};
    }
    if (const auto reason = last_system_error(); reason.value() != ENOENT) {
      ::rmdir(name.c_str());
      return Error{errc::cannot_open, "cannot lock the folder " + name + ": " + reason.message()};
    }
  }
}

void TemporaryFolder::remove_abandoned(const std::filesystem::path& file,
                                       std::string_view purpose) {
  const std::string form = file.filename().string() + "." + std::string{purpose} + "-";
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{folder_of(file), failure}, end;
       !failure && entry != end; entry.increment(failure)) {
    const auto& path = entry->path();
    const std::string name = path.filename().string();
    constexpr std::size_t random_letters = 6;
    if (!name.starts_with(form) || name.size() != form.size() + random_letters) {
      continue;
    }
    const FileDescriptor folder{
        ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (folder.is_open() && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  }
}

TemporaryFolder::~TemporaryFolder() {
  if (!path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
