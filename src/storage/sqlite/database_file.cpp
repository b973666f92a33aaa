#include "storage/sqlite/database_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/file.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/identity.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

Error cannot_create(const std::filesystem::path& file, std::error_code reason) {
  return Error{errc::cannot_open, file.string() + " cannot be created: " + reason.message()};
}

/// A file that is removed at the end, under a name that only this process knows.
class DraftName {
 public:
  explicit DraftName(std::string name) noexcept : name_{std::move(name)} {}
  DraftName(const DraftName&) = delete;
  DraftName& operator=(const DraftName&) = delete;
  ~DraftName() {
    // SQLite removes what it puts beside a database, unless that failed.
    for (const char* const suffix : {"", "-journal", "-wal", "-shm"}) {
      ::unlink((name_ + suffix).c_str());
    }
  }

  [[nodiscard]] const std::string& string() const noexcept { return name_; }

 private:
  std::string name_;
};

}  // namespace

Result<void> create_database_file(const std::filesystem::path& file, Durability durability) {
  std::error_code failure;
  const auto status = std::filesystem::status(file, failure);
  if (std::filesystem::exists(status)) {
    return success();
  }
  if (status.type() != std::filesystem::file_type::not_found) {
    return cannot_create(file, failure);
  }

  std::string name = file.string() + ".XXXXXX";
  // Only the name and the mode 0600 are wanted; SQLite opens the file itself.
  if (!FileDescriptor{::mkostemp(name.data(), O_CLOEXEC)}.is_open()) {
    return cannot_create(file, last_system_error());
  }
  const DraftName draft{std::move(name)};
  const CallOptions nobody_waits;
  const CallLimits limits{nobody_waits, std::chrono::milliseconds{0}};
  BOOST_OUTCOME_TRY(claim_database(draft.string(), std::chrono::milliseconds{0}, durability));
  // Opening a connection switches the log on; closing it leaves a single, synced file.
  BOOST_OUTCOME_TRY(Connection::open(draft.string(), ConnectionMode::read_write,
                                     ConnectionOptions{.durability = durability}, limits));
  if (::link(draft.string().c_str(), file.c_str()) != 0 && errno != EEXIST) {
    return cannot_create(file, last_system_error());
  }
  if (durability == Durability::none) {
    return success();
  }
  if (const auto unsynced = sync_folder(folder_of(file))) {
    return cannot_create(file, unsynced);
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::sqlite
