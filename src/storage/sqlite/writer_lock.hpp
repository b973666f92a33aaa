#pragma once

#include <filesystem>

#include "tenancy/core/result.hpp"

#include "core/file.hpp"
#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// The turn of one process among those that write to the same file. SQLite's own lock is not fair:
/// a process that commits one batch after the other takes it again before one that waits looks
/// the next time. Here who waits holds a second lock, the turnstile, which the busy one must pass
/// before its next turn; so turns alternate.
///
/// The locks lie on a file of their own beside the database, FILE-writer, and belong to its open
/// descriptor (Linux's open file description locks): they exclude stores of the same process too,
/// and a process that dies lets go of them. SQLite's lock is still taken, so who does not know
/// these locks waits longer but harms nothing.
///
/// Thread safety: thread-compatible; any thread may release what another took.
class WriterLock {
 public:
  /// Creates the file (mode 0600) when there is none. Errors: `cannot_open`.
  static Result<WriterLock> open(const std::filesystem::path& database);

  /// Lets others know, for as long as this is open, that there is a store on the file.
  void announce() noexcept;
  /// Whether nobody else has announced a store. Thread-safe.
  [[nodiscard]] bool is_alone() const noexcept;

  /// Errors: `busy` after the longest wait or at `until`, `deadline_exceeded`, `cancelled`;
  /// `io_error`.
  Result<void> acquire(const CallLimits& limits,
                       CallLimits::Clock::time_point until = CallLimits::Clock::time_point::max());
  void release() noexcept;

 private:
  explicit WriterLock(FileDescriptor file) noexcept : file_{std::move(file)} {}

  Result<void> take(int byte, const CallLimits& limits, CallLimits::Clock::time_point until);
  void let_go(int byte) noexcept;

  FileDescriptor file_;
};

}  // namespace tenancy::inline v0::detail::sqlite
