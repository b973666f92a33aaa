#include "storage/sqlite/writer_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr int turnstile = 0;
constexpr int turn = 1;
constexpr int presence = 2;

constexpr std::chrono::microseconds first_pause{50};
constexpr std::chrono::microseconds longest_pause{500};

struct flock lock_of(int byte, short type) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

}  // namespace

Result<WriterLock> WriterLock::open(const std::filesystem::path& database) {
  const std::string path = database.string() + "-writer";
  FileDescriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file.is_open()) {
    return Error{errc::cannot_open,
                 path + " cannot be opened or created: " + last_system_error().message()};
  }
  // Root that looks after another user's store must not leave a file behind that shuts them out.
  struct stat status {};
  if (::geteuid() == 0 && ::stat(database.c_str(), &status) == 0 &&
      ::fchown(file.get(), status.st_uid, status.st_gid) != 0) {
    return Error{errc::cannot_open, path + " cannot be given to the database's owner: " +
                                        last_system_error().message()};
  }
  return WriterLock{std::move(file)};
}

void WriterLock::announce() noexcept {
  auto lock = lock_of(presence, F_RDLCK);
  ::fcntl(file_.get(), F_OFD_SETLK, &lock);
}

bool WriterLock::is_alone() const noexcept {
  auto lock = lock_of(presence, F_WRLCK);
  return ::fcntl(file_.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

Result<void> WriterLock::acquire(const CallLimits& limits, CallLimits::Clock::time_point until) {
  BOOST_OUTCOME_TRY(take(turnstile, limits, until));
  auto taken = take(turn, limits, until);
  let_go(turnstile);
  return taken;
}

void WriterLock::release() noexcept { let_go(turn); }

/// The kernel can wait for a lock, but not until a moment or a stop; so this looks again and again,
/// often enough that a turn is not lost for long.
Result<void> WriterLock::take(int byte, const CallLimits& limits,
                              CallLimits::Clock::time_point until) {
  auto pause = first_pause;
  while (true) {
    auto lock = lock_of(byte, F_WRLCK);
    if (::fcntl(file_.get(), F_OFD_SETLK, &lock) == 0) {
      return success();
    }
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      return Error{errc::io_error,
                   "locking the store for writing: " + last_system_error().message()};
    }
    const auto now = CallLimits::Clock::now();
    const auto end = std::min(until, limits.wait_until());
    if (now >= end || limits.stop().stop_requested()) {
      return limits.wait_ended(errc::busy, "another process's writes");
    }
    std::this_thread::sleep_for(std::min<CallLimits::Clock::duration>(pause, end - now));
    pause = std::min(2 * pause, longest_pause);
  }
}

void WriterLock::let_go(int byte) noexcept {
  auto lock = lock_of(byte, F_UNLCK);
  ::fcntl(file_.get(), F_OFD_SETLK, &lock);
}

}  // namespace tenancy::inline v0::detail::sqlite
