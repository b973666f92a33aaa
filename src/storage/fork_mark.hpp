#pragma once

#include <atomic>
#include <cstdint>

#include <sys/types.h>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

#include "storage/forked_process.hpp"

namespace tenancy::inline v0::detail {

/// Tells the process that made it from those forked off from it. A connection of SQLite must not
/// be used by a child, nor closed: the locks are the parent's, and closing would move and remove
/// the log under it.
///
/// Thread safety: immutable; `in_same_process` may also be asked in a child.
/// Complexity: a load from memory; where the kernel cannot wipe a page in children, a system call.
class TENANCY_API ForkMark {
 public:
  enum class Means : std::uint8_t { page, process_id };

  /// Falls back to the process id where there is no such page.
  explicit ForkMark(Means preferred = Means::page) noexcept;
  ForkMark(const ForkMark&) = delete;
  ForkMark& operator=(const ForkMark&) = delete;
  ~ForkMark();

  [[nodiscard]] bool in_same_process() const noexcept {
    return word_ != nullptr ? word_->load(std::memory_order_relaxed) == made_here
                            : has_same_process_id();
  }
  [[nodiscard]] Means means() const noexcept;

 private:
  using Word = std::atomic<std::uint32_t>;
  static constexpr std::uint32_t made_here = 1;

  [[nodiscard]] bool has_same_process_id() const noexcept;

  /// Alone in a page of its own, which is zeros in a child.
  Word* word_ = nullptr;
  pid_t process_;
};

/// Errors: `forked_process`.
inline Result<void> require_same_process(const ForkMark& mark) {
  if (!mark.in_same_process()) {
    return forked_process_error();
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
