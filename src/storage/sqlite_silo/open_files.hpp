#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/call_limits.hpp"
#include "storage/fork_mark.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace tenancy::inline v0::detail::silo {

/// A tenant's file while it is open.
///
/// Thread safety: thread-safe.
class TenantFile {
 public:
  TenantFile(TenantId its_tenant, std::shared_ptr<sqlite::SqliteStore> its_store) noexcept
      : tenant{its_tenant}, store{std::move(its_store)} {}

  /// The turn of one who makes the file fit, which others wait for. It is no lock: what is done in
  /// it may call the host.
  class Turn {
   public:
    /// Errors: `overloaded`, `deadline_exceeded`, `cancelled`.
    static Result<Turn> take(TenantFile& file, const CallLimits& limits);
    Turn(Turn&& other) noexcept : file_{std::exchange(other.file_, nullptr)} {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

   private:
    explicit Turn(TenantFile& file) noexcept : file_{&file} {}
    TenantFile* file_;
  };

  /// Whether its schema is up to date, and its mirror has been looked at since it was last doubted.
  [[nodiscard]] bool is_fit() const noexcept { return has_schema && settled == doubts; }

  const TenantId tenant;
  const std::shared_ptr<sqlite::SqliteStore> store;
  std::atomic<bool> has_schema = false;
  std::atomic<std::uint64_t> doubts = 1;
  std::atomic<std::uint64_t> settled = 0;  ///< As many as there were when it was last looked at.

 private:
  std::mutex mutex_;
  std::condition_variable_any given_back_;
  bool is_taken_ = false;  ///< The turn.
};

/// The tenants' files that are open, of which there are no more than so many: another one is opened
/// in the place of the one that was last used longest ago. One that is pinned stays.
///
/// Thread safety: thread-safe. No file is opened or closed under the lock.
class OpenFiles : public std::enable_shared_from_this<OpenFiles> {
  struct Slot;

 public:
  using Open = FunctionRef<Result<std::shared_ptr<TenantFile>>()>;

  /// Keeps a file open. Fine in a process that was forked off, where it does nothing.
  class Pin {
   public:
    Pin(Pin&& other) noexcept : files_{std::move(other.files_)}, slot_{other.slot_} {}
    Pin& operator=(Pin&&) = delete;
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin();

    TenantFile& operator*() const noexcept;
    TenantFile* operator->() const noexcept { return &**this; }

   private:
    friend class OpenFiles;
    Pin(std::shared_ptr<OpenFiles> files, Slot* slot) noexcept
        : files_{std::move(files)}, slot_{slot} {}

    std::shared_ptr<OpenFiles> files_;
    Slot* slot_;
  };

  explicit OpenFiles(std::size_t most) noexcept : most_{most} {}

  /// The tenant's file, opened by `open` unless it is open.
  /// Errors: `overloaded` when no file could be closed for it in time; `deadline_exceeded`,
  /// `cancelled`; those of `open`.
  Result<Pin> acquire(TenantId tenant, const CallLimits& limits, Open open);

  /// Closes the tenant's file, if it is open: now, or when the last pin is given back.
  void drop(TenantId tenant) noexcept;

  /// Those that are open at this moment, which are not kept from being closed by that but for as
  /// long as somebody holds what is given.
  [[nodiscard]] std::vector<std::shared_ptr<TenantFile>> open_now() const;
  /// Rows of other tenants that were stopped in files that have been closed.
  [[nodiscard]] std::uint64_t past_alarms() const noexcept {
    return past_alarms_.load(std::memory_order_relaxed);
  }

 private:
  struct Slot {
    TenantId tenant;
    std::shared_ptr<TenantFile> file = nullptr;  ///< Null while it is being opened or closed.
    std::size_t pins = 0;
    bool is_dropped = false;  ///< To be closed as soon as nothing pins it.
  };
  using Slots = std::list<Slot>;

  void give_back(Slot& slot) noexcept;
  void forget(Slots::iterator slot) noexcept;
  void close(std::unique_lock<std::mutex>& lock, Slots::iterator slot) noexcept;

  const std::size_t most_;
  const ForkMark process_;
  std::atomic<std::uint64_t> past_alarms_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;  ///< Slots that were freed, and files that came to be open.
  Slots slots_;                ///< The one that was used last comes first.
  std::unordered_map<TenantId, Slots::iterator> by_tenant_;
};

}  // namespace tenancy::inline v0::detail::silo
