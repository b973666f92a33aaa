#include "storage/sqlite/backup.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"
#include "storage/sqlite/backup_check.hpp"
#include "storage/sqlite/job_connection.hpp"
#include "storage/sqlite/job_watch.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

Error no_space(const std::filesystem::path& target) {
  return Error{errc::storage_full, "the backup does not fit into " + folder_of(target).string()};
}

Error file_error(const std::filesystem::path& target, std::string_view what_failed,
                 std::error_code reason) {
  if (reason == std::errc::no_space_on_device || reason.value() == EDQUOT) {
    return no_space(target);
  }
  errc code = errc::cannot_open;
  if (reason == std::errc::io_error) {
    code = errc::io_error;
  } else if (reason == std::errc::read_only_file_system) {
    code = errc::storage_read_only;
  }
  return Error{code,
               target.string() + ": " + std::string{what_failed} + " failed: " + reason.message()};
}

/// The target as an absolute path; a name that SQLite can never take for a special one.
Result<std::filesystem::path> resolve_target(const std::filesystem::path& target) {
  if (target.native().find('\0') != std::string::npos || !target.has_filename()) {
    return Error{errc::invalid_argument, "the target of a backup names no file"};
  }
  std::error_code failure;
  auto absolute = std::filesystem::absolute(target, failure);
  if (failure) {
    return file_error(target, "finding the folder", failure);
  }
  return absolute;
}

Error exists(const std::string& name) {
  return Error{errc::already_exists, name + " exists; a backup never replaces anything"};
}

Result<void> refuse(const std::string& name) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(name, ignored))) {
    return exists(name);
  }
  return success();
}

/// A journal or log of a file that is gone would be taken for the copy's when that is opened.
Result<void> refuse_leftovers(const std::filesystem::path& target) {
  BOOST_OUTCOME_TRY(refuse(target.string() + "-journal"));
  return refuse(target.string() + "-wal");
}

/// A file under a name of its own that is removed at the end, and what SQLite puts beside it.
class Draft {
 public:
  static Result<Draft> create(const std::filesystem::path& target) {
    std::string name = target.string() + ".draft-XXXXXX";
    // Only the name and the mode 0600 are wanted; SQLite opens the file itself.
    if (!FileDescriptor{::mkostemp(name.data(), O_CLOEXEC)}.is_open()) {
      return file_error(target, "creating a draft", last_system_error());
    }
    return Draft{std::move(name)};
  }
  Draft(Draft&& other) noexcept : name_{std::exchange(other.name_, {})} {}
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() { remove(); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  void remove() noexcept {
    if (name_.empty()) {
      return;
    }
    const auto length = name_.size();
    for (const char* const suffix : {"", "-journal", "-wal", "-shm"}) {
      try {
        name_.resize(length);
        name_ += suffix;
      } catch (const std::bad_alloc&) {
        continue;
      }
      ::unlink(name_.c_str());
    }
    name_.clear();
  }

 private:
  explicit Draft(std::string name) noexcept : name_{std::move(name)} {}

  std::string name_;
};

/// Tells the host how large the draft has grown.
class ProgressMeter {
 public:
  ProgressMeter(const BackupOptions& options, const Draft& draft) noexcept
      : progress_{options.progress}, draft_{draft} {}

  void begin(std::uint64_t expected) {
    expected_ = expected;
    step_ = std::max<std::uint64_t>(expected / 100, 1);
    is_copying_ = true;
    tell(0);
  }
  void look() {
    if (!progress_ || !is_copying_) {
      return;
    }
    const std::uint64_t size = draft_size();
    if (size >= told_ + step_) {
      tell(size);
    }
  }
  void end() {
    expected_ = draft_size();
    tell(expected_);
  }

 private:
  [[nodiscard]] std::uint64_t draft_size() const noexcept {
    struct stat status = {};
    return ::stat(draft_.name().c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size)
                                                       : 0;
  }
  void tell(std::uint64_t written) {
    told_ = written;
    if (progress_) {
      progress_({written, std::max(written, expected_)});
    }
  }

  const std::function<void(const BackupProgress&)>& progress_;
  const Draft& draft_;
  std::uint64_t expected_ = 0;
  std::uint64_t step_ = 1;
  std::uint64_t told_ = 0;
  bool is_copying_ = false;
};

Result<void> copy(const std::filesystem::path& source, const std::filesystem::path& target,
                  const Draft& draft, const BackupOptions& options,
                  std::chrono::milliseconds max_wait) {
  ProgressMeter meter{options, draft};
  JobWatch watch{options.call, [&] { meter.look(); }};
  BOOST_OUTCOME_TRY(watch.check());
  BOOST_OUTCOME_TRY(
      auto connection,
      JobConnection::open(source.string(), JobConnection::Source::live, max_wait, watch));
  BOOST_OUTCOME_TRY(const auto pages, connection.number("PRAGMA page_count"));
  BOOST_OUTCOME_TRY(const auto unused, connection.number("PRAGMA freelist_count"));
  BOOST_OUTCOME_TRY(const auto page_size, connection.number("PRAGMA page_size"));
  // The draft is synced once, at the end; nobody needs what a power cut leaves of it.
  BOOST_OUTCOME_TRY(connection.run("PRAGMA synchronous = OFF"));
  BOOST_OUTCOME_TRY(connection.run("PRAGMA temp_store = MEMORY"));
  meter.begin(static_cast<std::uint64_t>((pages - unused) * page_size));
  if (auto copied = connection.run("VACUUM INTO ?1", &draft.name()); !copied) {
    return copied.error() == errc::storage_full ? no_space(target) : copied.error();
  }
  meter.end();
  return success();
}

Result<void> sync(const Draft& draft, const std::filesystem::path& target) {
  if (const auto unsynced = sync_file(draft.name())) {
    return file_error(target, "syncing the draft", unsynced);
  }
  return success();
}

Result<void> publish(Draft& draft, const std::filesystem::path& target) {
  BOOST_OUTCOME_TRY(refuse_leftovers(target));
  // Unlike a rename, a link never replaces what came there meanwhile.
  if (::link(draft.name().c_str(), target.c_str()) != 0) {
    if (errno == EEXIST) {
      return exists(target.string());
    }
    return file_error(target, "giving the backup its name", last_system_error());
  }
  draft.remove();
  if (const auto unsynced = sync_folder(folder_of(target))) {
    ::unlink(target.c_str());
    return file_error(target, "syncing the folder", unsynced);
  }
  return success();
}

}  // namespace

Result<BackupReport> write_backup(const std::filesystem::path& source,
                                  const std::filesystem::path& target, const BackupOptions& options,
                                  std::chrono::milliseconds max_wait) {
  const auto begun = CallOptions::Clock::now();
  BOOST_OUTCOME_TRY(const auto file, resolve_target(target));
  // So that a mistake shows before the work; what comes later is refused in the end.
  BOOST_OUTCOME_TRY(refuse(file.string()));
  BOOST_OUTCOME_TRY(refuse_leftovers(file));
  BOOST_OUTCOME_TRY(auto draft, Draft::create(file));
  BOOST_OUTCOME_TRY(copy(source, file, draft, options, max_wait));
  JobWatch watch{options.call};
  BOOST_OUTCOME_TRY(auto report, check_backup(draft.name(), watch));
  BOOST_OUTCOME_TRY(sync(draft, file));
  BOOST_OUTCOME_TRY(watch.check());
  BOOST_OUTCOME_TRY(publish(draft, file));
  report.took = CallOptions::Clock::now() - begun;
  return report;
}

}  // namespace tenancy::inline v0::detail::sqlite
