#include "storage/sqlite/open_file.hpp"

#include <array>
#include <atomic>
#include <cstddef>

#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::uint32_t slot_count = 1024;

/// How often the files of one slot are open.
struct Count {
  std::uint64_t process : 32;    ///< Who counts as `own`.
  std::uint64_t own : 16;        ///< Those that this process has open.
  std::uint64_t in_memory : 16;  ///< Those and what it inherited.
};
constexpr std::uint64_t most_in_memory = UINT16_MAX;

/// Files are told apart by a hash. Two that share a slot may cost a child a refusal that it need
/// not have had. Numbers rather than a list under a mutex: a child may be forked off while another
/// thread holds that.
using Census = std::array<std::atomic<Count>, slot_count>;
static_assert(std::atomic<Count>::is_always_lock_free);

/// SQLite's knowledge belongs to the process, and so does this.
Census& census() noexcept {
  static Census instance{};
  return instance;
}

/// Changes a count as one step and gives what it is then.
template <class Change>
Count change(std::uint32_t slot, Change change_one) noexcept {
  const auto self = static_cast<std::uint32_t>(::getpid());
  Count before = census()[slot].load();
  while (true) {
    Count after = before;
    if (after.process != self) {
      after.process = self;
      after.own = 0;
    }
    change_one(after);
    if (census()[slot].compare_exchange_weak(before, after)) {
      return after;
    }
  }
}

std::uint32_t slot_of(const struct stat& status) noexcept {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;  // The golden ratio's bits spread neighbours.
  const std::uint64_t mixed = (static_cast<std::uint64_t>(status.st_dev) * odd +
                               static_cast<std::uint64_t>(status.st_ino)) *
                              odd;
  return static_cast<std::uint32_t>(mixed >> 32U) % slot_count;
}

}  // namespace

OpenFile::OpenFile(std::uint32_t slot) noexcept : slot_{slot}, process_{::getpid()} {}

OpenFile::~OpenFile() {
  if (slot_ != no_slot && process_ == ::getpid()) {
    change(slot_, [](Count& count) {
      --count.own;
      --count.in_memory;
    });
  }
}

Result<OpenFile> OpenFile::enter(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    return Error{errc::cannot_open,
                 file.string() + " cannot be examined: " + last_system_error().message()};
  }
  const std::uint32_t slot = slot_of(status);
  bool full = false;
  const Count count = change(slot, [&full](Count& of_slot) {
    full = of_slot.in_memory == most_in_memory;
    if (!full) {
      ++of_slot.own;
      ++of_slot.in_memory;
    }
  });
  if (full) {
    return Error{errc::overloaded, file.string() + " is open too often in this process"};
  }
  OpenFile entered{slot};
  if (count.in_memory > count.own) {
    return Error{errc::forked_process,
                 file.string() +
                     " was open when this process was forked off: close it before forking, open it "
                     "only in children, or execute a program that opens it"};
  }
  return entered;
}

}  // namespace tenancy::inline v0::detail::sqlite
