#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "tenancy/storage/options.hpp"

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/writer_lock.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Keeps the write-ahead log short: moves it into the database on a thread of its own, so that no
/// writer pays for it, and holds writers up when the log has reached its ceiling.
///
/// The thread starts when the log is first long enough. When readers keep it from finishing, it
/// takes a turn among the writers and waits for those readers, which end or get too old.
///
/// SQLite up to 3.51.2 can corrupt a database when a log that has just been moved whole is looked
/// at by a second checkpoint while a writer starts it over (sqlite.org/wal.html, "The WAL-Reset
/// Bug"). So the log is moved while others write only by a store that is alone on the file and only
/// when it has not been moved whole; all else is done while nobody writes.
///
/// Thread safety: thread-safe.
class Checkpointer {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>(const CallLimits&)>;

  Checkpointer(Open open, const WriterLock& lock, std::filesystem::path file,
               const StoreOptions& options);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  /// How it gets on.
  struct Progress {
    std::size_t log_bytes;      ///< In the log, as of the last commit of this store.
    std::size_t tries_in_vain;  ///< To move all of it, since that last worked.
    std::size_t held_up;        ///< Writers that wait for room.
  };
  [[nodiscard]] Progress progress() const;

  /// Told after each commit.
  void log_grew_to(std::size_t bytes);

  /// Returns at once while the log is below its ceiling.
  /// Errors: `overloaded` after the longest wait, `deadline_exceeded`, `cancelled`.
  Result<void> await_room(const CallLimits& limits);

 private:
  struct Moved {
    std::size_t log_bytes = 0;
    std::size_t moved_bytes = 0;
    bool is_complete = false;
  };

  void work();
  std::optional<Moved> move_log(bool is_pressing);
  [[nodiscard]] bool has_grown_beyond(std::size_t bytes);
  std::optional<Moved> checkpoint_alone(bool is_pressing);
  Moved checkpoint(int mode, const CallLimits& limits);

  const WalOptions options_;
  const std::shared_ptr<StoreObserver> observer_;
  const Open open_;
  const WriterLock& lock_;  ///< The store's, to see whether it is alone.
  const std::filesystem::path file_;

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable_any moved_;
  std::size_t log_bytes_ = 0;  ///< In the log; 0 when all is moved and it may start over.
  std::size_t try_from_ = 0;   ///< The size from which on it is worth trying.
  std::size_t held_up_ = 0;    ///< Writers that wait for room.
  std::size_t tries_in_vain_ = 0;
  std::chrono::steady_clock::time_point press_from_{};  ///< When to wait for readers again.
  bool stops_ = false;

  std::unique_ptr<Connection> connection_;  ///< The thread's own.
  std::thread thread_;                      ///< Guarded by the mutex.
};

}  // namespace tenancy::inline v0::detail::sqlite
