#include "storage/sqlite_silo/silo_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

constexpr std::string_view file_ending = ".db";
constexpr std::size_t digits = 16;

/// The id as the digits of a name; the lowest are spread evenly and choose the folder.
std::string digits_of(TenantId tenant) {
  std::string text(digits, '0');
  auto rest = static_cast<std::uint64_t>(tenant.value());
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, rest >>= 4U) {
    *digit = "0123456789abcdef"[rest & 0xFU];
  }
  return text;
}

/// Whose name of a file it is; nothing for other names.
std::optional<TenantId> tenant_of(std::string_view name) {
  if (name.size() != digits + file_ending.size() || !name.ends_with(file_ending)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* const end = name.data() + digits;
  const auto [stop, failure] = std::from_chars(name.data(), end, value, 16);
  if (failure != std::errc{} || stop != end) {
    return std::nullopt;
  }
  const auto id = TenantId::from_value(value);
  if (!id || digits_of(id.value()) != name.substr(0, digits)) {
    return std::nullopt;
  }
  return id.value();
}

Error folder_error(const std::filesystem::path& path, std::string_view what,
                   std::error_code reason) {
  return Error{errc::cannot_open,
               path.string() + " cannot be " + std::string{what} + ": " + reason.message()};
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

/// Beside a database, and the database itself at the end: what lies there without it is nobody's.
constexpr std::array parts_of_file{"-wal", "-shm", "-journal", "-writer", ""};
constexpr std::array database_first{"", "-writer", "-journal", "-shm", "-wal"};

void remove_file(const std::filesystem::path& file) noexcept {
  try {
    for (const char* const suffix : parts_of_file) {
      ::unlink((file.string() + suffix).c_str());
    }
  } catch (const std::exception&) {
    // It is found and removed at the next start.
  }
}

/// Moves a database and what lies beside it, in that order.
Result<void> move_file(const std::filesystem::path& from, const std::filesystem::path& to,
                       const auto& parts) {
  for (const char* const suffix : parts) {
    const std::string source = from.string() + suffix;
    if (::rename(source.c_str(), (to.string() + suffix).c_str()) != 0 && errno != ENOENT) {
      return folder_error(source, "moved", last_system_error());
    }
  }
  for (const auto& folder : {folder_of(from), folder_of(to)}) {
    if (const auto unsynced = sync_folder(folder)) {
      return folder_error(folder, "synced", unsynced);
    }
  }
  return success();
}

/// Whose files lie in a folder of the silo's.
Result<std::vector<TenantId>> tenants_in(const std::filesystem::path& folder) {
  std::vector<TenantId> found;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{folder, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    if (const auto tenant = tenant_of(entry->path().filename().string())) {
      found.push_back(*tenant);
    }
  }
  if (failure) {
    return folder_error(folder, "looked at", failure);
  }
  return found;
}

bool holds_anything(const std::filesystem::path& folder) {
  std::error_code ignored;
  return !std::filesystem::is_empty(folder, ignored) && !ignored;
}

}  // namespace

Result<SiloFolder> SiloFolder::parse(std::string_view url) {
  if (!url.starts_with(scheme)) {
    return Error{errc::invalid_url, "the URL of a silo is 'sqlite-silo:DIR'"};
  }
  const std::string_view path = url.substr(scheme.size());
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return Error{errc::invalid_url, "the URL names no folder: write 'sqlite-silo:DIR'"};
  }
  std::error_code failure;
  auto root = std::filesystem::absolute(path, failure);
  if (failure) {
    return folder_error(path, "made absolute", failure);
  }
  if (!root.has_filename()) {
    root = root.parent_path();
  }
  return SiloFolder{std::move(root)};
}

std::filesystem::path SiloFolder::shard_of(TenantId tenant) const {
  return tenants() / digits_of(tenant).substr(digits - 2);
}

std::filesystem::path SiloFolder::file_of(TenantId tenant) const {
  return shard_of(tenant) / (digits_of(tenant) + std::string{file_ending});
}

std::filesystem::path SiloFolder::draft_of(TenantId tenant) const {
  return drafts() / (digits_of(tenant) + std::string{file_ending});
}

std::filesystem::path SiloFolder::aside_of(TenantId tenant) const {
  return erased() / (digits_of(tenant) + std::string{file_ending});
}

Result<void> SiloFolder::make_root() const {
  if (::mkdir(root_.c_str(), S_IRWXU) == 0) {
    if (const auto unsynced = sync_folder(folder_of(root_))) {
      return folder_error(root_, "created", unsynced);
    }
    return success();
  }
  if (errno != EEXIST) {
    return folder_error(root_, "created", last_system_error());
  }
  if (is_there(control_file())) {
    return success();
  }
  if (holds_anything(tenants()) || holds_anything(drafts())) {
    return Error{errc::corrupt_store,
                 root_.string() +
                     " holds tenants' files and no control.db: restore it, or move "
                     "what is left away"};
  }
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{root_, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    // What a process that was killed as it created the silo leaves behind.
    const bool is_own = name == "keys" || name == "tenants" || name == "drafts" ||
                        name == "erased" || name.starts_with("control.db") ||
                        name.starts_with("keys.");
    if (!is_own) {
      return Error{errc::foreign_store, root_.string() +
                                            " holds other files and no control.db: name an empty "
                                            "folder, or one where there is none yet"};
    }
  }
  if (failure) {
    return folder_error(root_, "looked at", failure);
  }
  return success();
}

Result<void> SiloFolder::make_folders() const {
  BOOST_OUTCOME_TRY(make_private_folder(drafts()));
  return make_private_folder(tenants());
}

Result<void> SiloFolder::make_shard(TenantId tenant) const {
  return make_private_folder(shard_of(tenant));
}

Result<std::vector<TenantId>> SiloFolder::drafts_left() const { return tenants_in(drafts()); }

bool SiloFolder::has_drafts() const { return holds_anything(drafts()); }

void SiloFolder::clear_drafts() const {
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry{drafts(), ignored}, end; !ignored && entry != end;
       entry.increment(ignored)) {
    ::unlink(entry->path().c_str());
  }
}

bool SiloFolder::has_draft(TenantId tenant) const { return is_there(draft_of(tenant)); }

bool SiloFolder::has_file(TenantId tenant) const { return is_there(file_of(tenant)); }

bool SiloFolder::is_set_aside(TenantId tenant) const { return is_there(aside_of(tenant)); }

void SiloFolder::remove_draft(TenantId tenant) const noexcept { remove_file(draft_of(tenant)); }

Result<void> SiloFolder::sync_draft(TenantId tenant) const {
  const auto draft = draft_of(tenant);
  if (const auto unsynced = sync_file(draft)) {
    return folder_error(draft, "synced", unsynced);
  }
  if (const auto unsynced = sync_folder(drafts())) {
    return folder_error(drafts(), "synced", unsynced);
  }
  return success();
}

Result<void> SiloFolder::put_in_place(TenantId tenant) const {
  BOOST_OUTCOME_TRY(make_shard(tenant));
  const auto draft = draft_of(tenant);
  const auto file = file_of(tenant);
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0) {
    const auto reason = last_system_error();
    if (reason.value() == ENOENT && is_there(file)) {
      return success();
    }
    if (reason.value() == EEXIST) {
      return Error{errc::already_exists, file.string() + " exists, and so does a draft of it in " +
                                             drafts().string() +
                                             ": one of them is another store's; move it away"};
    }
    return folder_error(file, "put in its place", reason);
  }
  ::unlink((draft.string() + "-writer").c_str());
  for (const auto& folder : {shard_of(tenant), drafts()}) {
    if (const auto unsynced = sync_folder(folder)) {
      return folder_error(folder, "synced", unsynced);
    }
  }
  return success();
}

Result<void> SiloFolder::set_aside(TenantId tenant) const {
  BOOST_OUTCOME_TRY(make_private_folder(erased()));
  // The database first: nobody opens what is left without it.
  return move_file(file_of(tenant), aside_of(tenant), database_first);
}

Result<void> SiloFolder::bring_back(TenantId tenant) const {
  // The database last: nobody opens it without what belongs to it.
  return move_file(aside_of(tenant), file_of(tenant), parts_of_file);
}

Result<void> SiloFolder::remove_aside(TenantId tenant) const {
  const std::string file = aside_of(tenant).string();
  for (const char* const suffix : parts_of_file) {
    if (::unlink((file + suffix).c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
      return Error{errc::io_error, "tenant " + tenant.to_string() +
                                       " is erased, but its file cannot be removed: " +
                                       last_system_error().message() + "; erase it again once " +
                                       file + suffix + " can be"};
    }
  }
  return success();
}

bool SiloFolder::has_set_aside() const { return holds_anything(erased()); }

Result<std::vector<TenantId>> SiloFolder::set_aside_left() const {
  return is_there(erased()) ? tenants_in(erased()) : std::vector<TenantId>{};
}

bool is_control_file(const std::filesystem::path& file) {
  std::error_code ignored;
  return file.filename() == "control.db" &&
         std::filesystem::is_directory(folder_of(file) / "tenants", ignored);
}

Result<void> make_private_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) == 0) {
    if (const auto unsynced = sync_folder(folder_of(folder))) {
      return folder_error(folder, "created", unsynced);
    }
    return success();
  }
  if (errno != EEXIST) {
    return folder_error(folder, "created", last_system_error());
  }
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) {
    return folder_error(folder, "examined", last_system_error());
  }
  if (!S_ISDIR(status.st_mode)) {
    return Error{errc::unsafe_file,
                 folder.string() +
                     " is not a folder, or a symbolic link to one, through which "
                     "files would leave the silo: put the folder in its place"};
  }
  const uid_t self = ::geteuid();
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (status.st_uid != self && self != 0)) {
    return Error{errc::unsafe_file, folder.string() +
                                        " is a folder in which others can replace "
                                        "tenants' files: chmod 700 and chown it"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::silo
