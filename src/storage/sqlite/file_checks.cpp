#include "storage/sqlite/file_checks.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"
#include "storage/sqlite/filesystem.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Path = std::filesystem::path;
using Status = struct stat;

// SQLite's own, and the lock that writers of several processes take in turn.
constexpr std::array<std::string_view, 4> companions{"-wal", "-shm", "-journal", "-writer"};
constexpr std::size_t draft_suffix_size = 7;  // ".XXXXXX"

/// A path as a shell takes it, for advice that can be pasted.
std::string quoted(const Path& path) {
  std::string text = "'";
  for (const char c : path.string()) {
    if (c == '\'') {
      text += R"('\'')";
    } else {
      text += c;
    }
  }
  return text + "'";
}

Error unsafe(const Path& path, std::string_view what, const std::string& advice) {
  return Error{errc::unsafe_file, path.string() + " " + std::string{what} + ": " + advice};
}

/// Of the entry itself, not of what a symbolic link leads to; nothing when there is no such entry.
Result<std::optional<Status>> examine(const Path& path) {
  Status status{};
  if (::lstat(path.c_str(), &status) == 0) {
    return std::optional{status};
  }
  if (errno == ENOENT) {
    return std::optional<Status>{};
  }
  return Error{errc::cannot_open,
               path.string() + " cannot be examined: " + last_system_error().message()};
}

Result<void> check_owner(const Path& path, const Status& status) {
  const uid_t self = ::geteuid();
  // Root can read and write whatever it likes, and maintains what belongs to a service's user.
  if (status.st_uid == self || self == 0) {
    return success();
  }
  return unsafe(path, "belongs to user " + std::to_string(status.st_uid),
                "run the program as that user, or give it to user " + std::to_string(self) +
                    " with chown " + std::to_string(self) + " " + quoted(path));
}

Result<void> check_regular(const Path& path, const Status& status) {
  if (S_ISREG(status.st_mode)) {
    return success();
  }
  if (S_ISLNK(status.st_mode)) {
    return unsafe(path, "is a symbolic link",
                  "name the file that it leads to, so that every program uses the same key ring "
                  "and the same lock beside it");
  }
  return unsafe(path, "is not a regular file", "name a file, or a path where there is none yet");
}

Result<void> check_private_file(const Path& path, const Status& status) {
  BOOST_OUTCOME_TRY(check_regular(path, status));
  BOOST_OUTCOME_TRY(check_owner(path, status));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return unsafe(path, "can be used by others", "chmod 600 " + quoted(path));
  }
  return success();
}

/// A process that creates the database may not yet have removed the draft's name for it, or may
/// have been killed before it did. Nothing opens a draft.
std::size_t count_drafts(const Path& file, const Status& status) {
  const std::string prefix = file.filename().string() + ".";
  std::size_t drafts = 0;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{folder_of(file), failure}, end;
       !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    Status other{};
    if (name.starts_with(prefix) && name.size() + 1 == prefix.size() + draft_suffix_size &&
        ::lstat(entry->path().c_str(), &other) == 0 && other.st_ino == status.st_ino &&
        other.st_dev == status.st_dev) {
      ++drafts;
    }
  }
  return drafts;
}

Result<void> check_single_name(const Path& file, const Status& status) {
  if (status.st_nlink <= 1) {
    return success();
  }
  // Drafts are counted first: from then on there can only be fewer.
  const std::size_t drafts = count_drafts(file, status);
  BOOST_OUTCOME_TRY(const auto now, examine(file));
  if (!now || now->st_nlink <= 1 + drafts) {
    return success();
  }
  return unsafe(file, "has further names (hard links)",
                "a program that opens it by another one uses another log and corrupts it. Find "
                "them with find -samefile " +
                    quoted(file) + " and remove them");
}

Result<Status> check_folder(const Path& folder) {
  Status status{};
  if (::stat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return Error{errc::cannot_open, "the folder " + folder.string() +
                                          " does not exist: mkdir -m 700 " + quoted(folder)};
    }
    return Error{errc::cannot_open, "the folder " + folder.string() +
                                        " cannot be examined: " + last_system_error().message()};
  }
  if (!S_ISDIR(status.st_mode)) {
    return Error{errc::cannot_open, folder.string() + " is not a folder: name a file in one"};
  }
  return status;
}

Result<void> check_private_folder(const Path& folder, const Status& status) {
  const bool sticky = (status.st_mode & S_ISVTX) != 0;
  if (!sticky && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return unsafe(folder, "is a folder in which others can replace the database's files",
                  "chmod go-w " + quoted(folder) + ", or use a folder of the program's own");
  }
  // Whoever owns it can, too; the system's folders belong to root.
  return status.st_uid == 0 ? success() : check_owner(folder, status);
}

Result<void> check_writable(const Path& path, const Status& status, int wanted) {
  // A file that its owner may not write is not meant to be written, even by root, who may.
  if ((status.st_mode & S_IWUSR) != 0 &&
      ::faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) == 0) {
    return success();
  }
  return Error{errc::storage_read_only,
               path.string() + " is not writable for user " + std::to_string(::geteuid()) +
                   ", and a store writes even where the program only reads: chmod u+w " +
                   quoted(path) + ", or run the program as its owner"};
}

/// Whether a file holds a part of a database that is not there.
bool is_orphan(const Status& status) noexcept {
  return S_ISREG(status.st_mode) && status.st_size > 0;
}

}  // namespace

Result<void> check_files(const Path& file) {
  const Path folder = folder_of(file);
  BOOST_OUTCOME_TRY(const Status folder_status, check_folder(folder));
  // The companions first: they come after the database and go before it.
  std::array<std::optional<Status>, companions.size()> beside{};
  for (std::size_t i = 0; i < companions.size(); ++i) {
    BOOST_OUTCOME_TRY(beside[i], examine(file.string() + std::string{companions[i]}));
  }
  BOOST_OUTCOME_TRY(const auto status, examine(file));
  if (status) {
    BOOST_OUTCOME_TRY(check_regular(file, *status));
    BOOST_OUTCOME_TRY(check_filesystem(file));
  }
  BOOST_OUTCOME_TRY(check_filesystem(folder));
  BOOST_OUTCOME_TRY(check_private_folder(folder, folder_status));
  for (std::size_t i = 0; i < companions.size(); ++i) {
    const Path companion = file.string() + std::string{companions[i]};
    if (beside[i]) {
      BOOST_OUTCOME_TRY(check_private_file(companion, *beside[i]));
    }
    const bool of_content = companions[i] == "-wal" || companions[i] == "-journal";
    if (beside[i] && !status && of_content && is_orphan(*beside[i])) {
      return Error{errc::corrupt_store,
                   companion.string() +
                       " lies there without its database, and a new one would take over what is "
                       "in it: restore the database, or move this file away"};
    }
  }
  if (status) {
    BOOST_OUTCOME_TRY(check_private_file(file, *status));
    BOOST_OUTCOME_TRY(check_single_name(file, *status));
    BOOST_OUTCOME_TRY(check_writable(file, *status, R_OK | W_OK));
  }
  return check_writable(folder, folder_status, R_OK | W_OK | X_OK);
}

}  // namespace tenancy::inline v0::detail::sqlite
