#include "storage/fork_mark.hpp"

#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace tenancy::inline v0::detail {
ForkMark::ForkMark(Means preferred) noexcept : process_{::getpid()} {
  if (preferred == Means::process_id) {
    return;
  }
  // The kernel rounds both sizes up to a page.
  void* const page =
      ::mmap(nullptr, sizeof(Word), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    return;
  }
  if (::madvise(page, sizeof(Word), MADV_WIPEONFORK) != 0) {
    ::munmap(page, sizeof(Word));
    return;
  }
  word_ = new (page) Word{made_here};
}

ForkMark::~ForkMark() {
  if (word_ != nullptr) {
    ::munmap(word_, sizeof(Word));
  }
}

bool ForkMark::has_same_process_id() const noexcept { return ::getpid() == process_; }

ForkMark::Means ForkMark::means() const noexcept {
  return word_ != nullptr ? Means::page : Means::process_id;
}

}  // namespace tenancy::inline v0::detail
