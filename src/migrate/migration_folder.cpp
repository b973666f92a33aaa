#include "tenancy/migrate/migration_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "migrate/migration_file_name.hpp"

namespace tenancy::inline v0 {
namespace {

constexpr std::size_t max_files = 10'000;
constexpr std::size_t max_text_size = std::size_t{16} << 20U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

using std::filesystem::path;

Error invalid(const path& file, std::string_view what) {
  return Error{errc::invalid_argument, file.string() + " " + std::string{what}};
}

Error unreadable(const path& file, std::error_code reason) {
  return Error{reason == std::errc::io_error ? errc::io_error : errc::cannot_open,
               file.string() + " cannot be read: " + reason.message()};
}

/// Whether the file means to be a migration. Names that nearly fit do: a step that is passed over
/// for a slip in its name is one that is never applied.
bool means_to_be_migration(std::string_view name) noexcept {
  constexpr std::string_view extension = ".sql";
  if (name.starts_with('.')) {
    return false;
  }
  const auto is_same_letter = [](char letter, char expected) {
    return letter == expected || (expected != '.' && letter == expected - 'a' + 'A');
  };
  const bool has_extension =
      name.size() >= extension.size() &&
      std::ranges::equal(name.substr(name.size() - extension.size()), extension, is_same_letter);
  return has_extension || (!name.empty() && name.front() >= '0' && name.front() <= '9');
}

/// All of the file's bytes, and not more than may be.
Result<std::string> read_file(const path& file) {
  // Not waiting for whoever might write into a named pipe.
  const detail::FileDescriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status = {};
  if (!opened.is_open() || ::fstat(opened.get(), &status) != 0) {
    return unreadable(file, detail::last_system_error());
  }
  if (!S_ISREG(status.st_mode)) {
    return invalid(file, "is not a regular file");
  }
  std::string text;
  std::array<char, std::size_t{1} << 14U> part{};
  while (text.size() <= max_text_size) {
    const ssize_t got = ::read(opened.get(), part.data(), part.size());
    if (got == 0) {
      return text;
    }
    if (got > 0) {
      text.append(part.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      return unreadable(file, detail::last_system_error());
    }
  }
  return invalid(file, "is larger than 16 MiB");
}

Result<std::string> read_sql(const path& file) {
  BOOST_OUTCOME_TRY(auto text, read_file(file));
  if (text.empty()) {
    return invalid(file, "is empty");
  }
  if (text.starts_with(byte_order_mark)) {
    return invalid(file, "begins with a byte order mark: save it as UTF-8 without one");
  }
  if (text.find('\0') != std::string::npos || !detail::is_utf8(text)) {
    return invalid(file, "is not text in UTF-8");
  }
  return text;
}

Result<std::vector<path>> list_files(const path& folder) {
  std::vector<path> files;
  std::error_code failure;
  std::filesystem::directory_iterator entry{folder, failure};
  for (; !failure && entry != std::filesystem::directory_iterator{}; entry.increment(failure)) {
    if (!means_to_be_migration(entry->path().filename().native())) {
      continue;
    }
    if (files.size() == max_files) {
      return invalid(folder, "holds more than 10,000 migrations");
    }
    files.push_back(entry->path());
  }
  if (failure) {
    return unreadable(folder, failure);
  }
  // So that it is always the same one of two that is complained about.
  std::ranges::sort(files);
  return files;
}

/// Adds one file to the step of its number.
Result<void> add(std::map<std::int64_t, Migration>& steps, const path& file) {
  const std::string file_name = file.filename().string();
  const auto parsed = detail::MigrationFileName::parse(file_name);
  if (!parsed) {
    return invalid(file,
                   "is not named like a migration: 0001_create_notes.sql, or "
                   "0001_create_notes.sqlite.sql for one dialect");
  }
  auto& step = steps.try_emplace(parsed->version, Migration{parsed->version, {}}).first->second;
  const std::string& other = step.dialects.empty() ? step.source : step.dialects.front().source;
  if (!step.name.empty() && step.name != parsed->name) {
    return invalid(file, "has the number of " + other);
  }
  const auto has_dialect = [&](const DialectSql& text) { return text.dialect == parsed->dialect; };
  if (!step.source.empty() || (!parsed->dialect && !step.dialects.empty()) ||
      std::ranges::any_of(step.dialects, has_dialect)) {
    return invalid(file, "is a second text beside " + other +
                             ": a step has either one for all dialects or one for each");
  }
  BOOST_OUTCOME_TRY(auto sql, read_sql(file));
  step.name = parsed->name;
  if (parsed->dialect) {
    step.dialects.push_back({*parsed->dialect, std::move(sql), file.string()});
  } else {
    step.sql = std::move(sql);
    step.source = file.string();
  }
  return success();
}

}  // namespace

Result<std::vector<Migration>> load_migrations(const std::filesystem::path& folder) {
  BOOST_OUTCOME_TRY(const auto files, list_files(folder));
  std::map<std::int64_t, Migration> steps;
  for (const path& file : files) {
    BOOST_OUTCOME_TRY(add(steps, file));
  }
  std::vector<Migration> migrations;
  migrations.reserve(steps.size());
  for (auto& [version, step] : steps) {
    migrations.push_back(std::move(step));
  }
  return migrations;
}

}  // namespace tenancy::inline v0
