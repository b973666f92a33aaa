#include "storage/sqlite_silo/silo_backup.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"
#include "core/random.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/backup_check.hpp"
#include "storage/sqlite/job_connection.hpp"
#include "storage/sqlite/temporary_folder.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

constexpr const char* manifest_name = "manifest";

Error backup_error(const std::filesystem::path& path, std::string_view what_failed,
                   std::error_code reason) {
  const bool is_full = reason == std::errc::no_space_on_device || reason.value() == EDQUOT;
  return Error{is_full ? errc::storage_full : errc::cannot_open,
               path.string() + ": " + std::string{what_failed} + " failed: " + reason.message()};
}

std::string digest_of(std::string_view text) {
  ensure_sodium();
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::array<char, 2 * 32 + 1> hex{};
  return sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
}

/// What `b2sum -l 256` writes of each file, by its path in the folder.
std::string line_of(const std::string& digest, const std::string& name) {
  return digest + "  " + name + "\n";
}

Result<void> write_manifest(const std::filesystem::path& folder, const std::string& text) {
  const auto path = folder / manifest_name;
  const FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!file.is_open()) {
    return backup_error(path, "creating it", last_system_error());
  }
  if (const auto failure = write_all(file, text)) {
    return backup_error(path, "writing it", failure);
  }
  if (::fsync(file.get()) != 0) {
    return backup_error(path, "syncing it", last_system_error());
  }
  return success();
}

void add(BackupReport& sum, const BackupReport& part) {
  sum.bytes += part.bytes;
  sum.pages += part.pages;
}

/// Adds what each file tells of its growth up to that of the whole.
class WholeProgress {
 public:
  WholeProgress(const BackupOptions& options, std::uint64_t expected) noexcept
      : options_{options}, expected_{expected} {}

  [[nodiscard]] BackupOptions of_next_file() {
    BackupOptions one{.call = options_.call};
    if (options_.progress) {
      one.progress = [this](const BackupProgress& progress) {
        const std::uint64_t written = done_ + progress.bytes_written;
        options_.progress({written, std::max(written, expected_)});
      };
    }
    return one;
  }
  void file_done(std::uint64_t bytes) noexcept { done_ += bytes; }

 private:
  const BackupOptions& options_;
  const std::uint64_t expected_;
  std::uint64_t done_ = 0;
};

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  return failure ? 0 : size;
}

/// Those that a copy of a control file gives a file.
Result<std::vector<TenantId>> tenants_of(const std::filesystem::path& control,
                                         const CallOptions& call) {
  sqlite::JobWatch watch{call};
  BOOST_OUTCOME_TRY(auto connection, sqlite::JobConnection::open(
                                         control.string(), sqlite::JobConnection::Source::frozen,
                                         std::chrono::milliseconds{0}, watch));
  // Older stores know none that are erased.
  BOOST_OUTCOME_TRY(const auto knows_erased,
                    connection.number("SELECT count(*) FROM pragma_table_info('tenancy_tenants') "
                                      "WHERE name = 'erased_at'"));
  std::vector<TenantId> tenants;
  bool is_sound = true;
  BOOST_OUTCOME_TRY(connection.run(
      knows_erased != 0 ? "SELECT tenant_id FROM tenancy_tenants WHERE erased_at IS NULL"
                        : "SELECT tenant_id FROM tenancy_tenants",
      [&](sqlite3_stmt* row) {
        const auto id = TenantId::from_value(sqlite3_column_int64(row, 0));
        is_sound = id.has_value();
        if (is_sound) {
          tenants.push_back(id.value());
        }
        return is_sound;
      }));
  if (!is_sound) {
    return Error{errc::corrupt_store, control.string() + " lists a tenant that is none"};
  }
  return tenants;
}

}  // namespace

Result<BackupReport> write_silo_backup(const SiloFolder& silo, const std::filesystem::path& target,
                                       const BackupOptions& options,
                                       std::chrono::milliseconds max_wait,
                                       FunctionRef<Result<std::vector<TenantId>>()> tenants) {
  const auto begun = CallOptions::Clock::now();
  std::error_code failure;
  auto folder = std::filesystem::absolute(target, failure);
  if (failure || target.native().find('\0') != std::string::npos) {
    return Error{errc::invalid_argument, "the target of a backup names no folder"};
  }
  if (!folder.has_filename()) {
    folder = folder.parent_path();
  }
  const auto exists = [&] {
    return Error{errc::already_exists,
                 folder.string() + " exists; a backup never replaces anything"};
  };
  if (std::filesystem::exists(std::filesystem::symlink_status(folder, failure))) {
    return exists();
  }
  BOOST_OUTCOME_TRY(const auto before, tenants());
  std::uint64_t expected = size_of(silo.control_file());
  for (const TenantId tenant : before) {
    expected += size_of(silo.file_of(tenant));
  }
  WholeProgress progress{options, expected};
  BOOST_OUTCOME_TRY(const auto draft, sqlite::TemporaryFolder::create_beside(folder, "draft"));
  const SiloFolder copy{draft.path()};
  BOOST_OUTCOME_TRY(copy.make_folders());
  const auto write = [&](const std::filesystem::path& from,
                         const std::filesystem::path& to) -> Result<BackupReport> {
    BOOST_OUTCOME_TRY(auto one, sqlite::write_backup(from, to, progress.of_next_file(), max_wait));
    progress.file_done(one.bytes);
    return one;
  };
  const auto write_tenant = [&](TenantId tenant) -> Result<BackupReport> {
    if (silo.has_draft(tenant)) {
      BOOST_OUTCOME_TRY(silo.put_in_place(tenant));
    }
    BOOST_OUTCOME_TRY(copy.make_shard(tenant));
    return write(silo.file_of(tenant), copy.file_of(tenant));
  };
  // The control file first: each tenant that the copy knows has a file, which is level with it or
  // ahead of it, as after a crash. Where one of them is erased meanwhile, the control file is
  // copied once more; files that were copied before are then behind it, as one that was put back
  // from an older day. Either is put right when it is first opened.
  std::map<TenantId, BackupReport> copied;
  BackupReport report;
  for (bool was_overtaken = true; was_overtaken;) {
    was_overtaken = false;
    std::filesystem::remove(copy.control_file(), failure);
    BOOST_OUTCOME_TRY(report, write(silo.control_file(), copy.control_file()));
    BOOST_OUTCOME_TRY(const auto listed, tenants_of(copy.control_file(), options.call));
    for (const TenantId tenant : listed) {
      if (copied.contains(tenant)) {
        continue;
      }
      auto one = write_tenant(tenant);
      if (!one) {
        BOOST_OUTCOME_TRY(const auto now, tenants());
        if (std::ranges::find(now, tenant) != now.end()) {
          return std::move(one).error();
        }
        was_overtaken = true;
        continue;
      }
      copied.emplace(tenant, std::move(one).value());
    }
    std::erase_if(copied, [&](const auto& each) {
      const bool is_gone = std::ranges::find(listed, each.first) == listed.end();
      if (is_gone) {
        std::filesystem::remove(copy.file_of(each.first), failure);
      }
      return is_gone;
    });
  }
  const auto relative = [&](const std::filesystem::path& path) {
    return path.lexically_relative(copy.root()).string();
  };
  std::string manifest = line_of(report.digest, relative(copy.control_file()));
  for (const auto& [tenant, one] : copied) {
    manifest += line_of(one.digest, relative(copy.file_of(tenant)));
    add(report, one);
  }
  BOOST_OUTCOME_TRY(write_manifest(copy.root(), manifest));
  if (const auto unsynced = sync_folder(copy.root())) {
    return backup_error(folder, "syncing the draft", unsynced);
  }
  report.digest = digest_of(manifest);
  if (::renameat2(AT_FDCWD, draft.path().c_str(), AT_FDCWD, folder.c_str(), RENAME_NOREPLACE) !=
      0) {
    const auto reason = last_system_error();
    return reason.value() == EEXIST ? exists()
                                    : backup_error(folder, "giving the backup its name", reason);
  }
  if (const auto unsynced = sync_folder(folder_of(folder))) {
    return backup_error(folder, "syncing its folder", unsynced);
  }
  report.took = CallOptions::Clock::now() - begun;
  return report;
}

Result<BackupReport> check_silo_backup(const std::filesystem::path& folder,
                                       const CallOptions& call) {
  const auto begun = CallOptions::Clock::now();
  std::ifstream file{folder / manifest_name, std::ios::binary};
  if (!file) {
    return Error{errc::cannot_open,
                 (folder / manifest_name).string() + " cannot be read: is it a backup of a silo?"};
  }
  std::stringstream text;
  text << file.rdbuf();
  const std::string manifest = text.str();
  const auto broken = [&](const std::string& name, std::string_view what) {
    return Error{errc::corrupt_store, (folder / name).string() + " " + std::string{what}};
  };
  BackupReport report;
  std::set<std::string> names;
  std::istringstream lines{manifest};
  for (std::string line; std::getline(lines, line);) {
    constexpr std::size_t digest_length = 64;
    const std::string digest = line.substr(0, digest_length);
    const std::string name = line.size() > digest_length + 2 ? line.substr(digest_length + 2) : "";
    const bool is_control = names.empty();
    const std::filesystem::path path{name};
    if (name.empty() || path.is_absolute() || path.lexically_normal() != path ||
        name.starts_with("..") || is_control != (name == "control.db") ||
        !names.insert(name).second) {
      return broken(manifest_name, "has a line that is none of a backup's");
    }
    sqlite::JobWatch watch{call};
    BOOST_OUTCOME_TRY(const auto one, sqlite::check_backup(folder / path, watch));
    if (one.digest != digest) {
      return broken(name, "is not the file that was backed up");
    }
    if (is_control) {
      report = one;
    } else {
      add(report, one);
    }
  }
  const SiloFolder silo{folder};
  BOOST_OUTCOME_TRY(const auto tenants, tenants_of(silo.control_file(), call));
  for (const TenantId tenant : tenants) {
    if (!names.contains(silo.file_of(tenant).lexically_relative(folder).string())) {
      return broken(manifest_name, "lists no file of tenant " + tenant.to_string());
    }
  }
  report.digest = digest_of(manifest);
  report.took = CallOptions::Clock::now() - begun;
  return report;
}

}  // namespace tenancy::inline v0::detail::silo
