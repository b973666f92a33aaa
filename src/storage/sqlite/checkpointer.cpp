#include "storage/sqlite/checkpointer.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <sqlite3.h>

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Steady = std::chrono::steady_clock;

/// After a try that readers kept from finishing, the next one is worth it when the log has grown
/// by this part of the size at which it is moved.
constexpr std::size_t retry_part = 4;

/// How often it is tried again while writers wait for room.
constexpr std::chrono::milliseconds retry_pause{10};

/// How long a turn among the writers is waited for, and readers within it.
constexpr std::chrono::milliseconds longest_turn{200};

}  // namespace

Checkpointer::Checkpointer(Open open, std::filesystem::path file, const StoreOptions& options)
    : options_{options.wal},
      observer_{options.observer},
      open_{std::move(open)},
      file_{std::move(file)},
      try_from_{options.wal.checkpoint_bytes} {}

Checkpointer::~Checkpointer() {
  {
    const std::scoped_lock lock{mutex_};
    stops_ = true;
  }
  wanted_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Checkpointer::log_grew_to(std::size_t bytes) {
  if (options_.checkpoints == Checkpoints::external) {
    return;
  }
  const std::scoped_lock lock{mutex_};
  log_bytes_ = bytes;
  if (log_bytes_ < try_from_) {
    return;
  }
  if (!thread_.joinable()) {
    thread_ = std::thread{[this] { work(); }};
  }
  wanted_.notify_one();
}

Result<void> Checkpointer::await_room(const CallLimits& limits) {
  std::unique_lock lock{mutex_};
  if (log_bytes_ < options_.max_bytes) {
    return success();
  }
  ++held_up_;
  wanted_.notify_one();
  const bool has_room = moved_.wait_until(lock, limits.stop(), limits.wait_until(),
                                          [this] { return log_bytes_ < options_.max_bytes; });
  --held_up_;
  if (has_room) {
    return success();
  }
  return limits.wait_ended(errc::overloaded,
                           "the write-ahead log is at its ceiling, and moving it into the "
                           "database, which readers of old snapshots hold up,");
}

void Checkpointer::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    wanted_.wait(lock, [this] { return stops_ || log_bytes_ >= try_from_ || held_up_ > 0; });
    if (stops_) {
      return;
    }
    const bool is_pressing = log_bytes_ >= options_.max_bytes / 2;
    lock.unlock();
    const std::optional<Moved> moved = move_log(is_pressing);
    lock.lock();

    // What was committed while it was moved is not in the database yet.
    if (moved && moved->is_complete && log_bytes_ <= moved->log_bytes) {
      log_bytes_ = 0;
      try_from_ = options_.checkpoint_bytes;
      moved_.notify_all();
    } else {
      try_from_ = log_bytes_ + options_.checkpoint_bytes / retry_part;
      if (held_up_ > 0) {
        wanted_.wait_for(lock, retry_pause, [this] { return stops_; });
      }
    }
  }
}

/// Nothing when it could not be tried; the log stays, and the next try may do better.
std::optional<Checkpointer::Moved> Checkpointer::move_log(bool is_pressing) {
  const CallOptions options;
  const CallLimits limits{options, longest_turn};
  if (connection_ == nullptr) {
    auto opened = open_(limits);
    if (!opened) {
      return std::nullopt;
    }
    connection_ = std::move(opened).value();
  }
  const auto began = Steady::now();
  Moved moved = checkpoint(SQLITE_CHECKPOINT_PASSIVE, limits);
  if (is_pressing) {
    // Others write and read on, and while one reads from the log, it grows although all of it has
    // been moved. With a turn of its own it sees the end of the log, and the readers that it then
    // waits for can only become fewer.
    if (auto lock = WriterLock::open(file_); lock && lock.value().acquire(limits)) {
      moved = checkpoint(SQLITE_CHECKPOINT_RESTART, limits);
      lock.value().release();
    }
  }
  if (observer_ != nullptr) {
    observer_->on_checkpoint(CheckpointReport{.took = Steady::now() - began,
                                              .wal_bytes = moved.log_bytes,
                                              .moved_bytes = moved.moved_bytes,
                                              .complete = moved.is_complete});
  }
  return moved;
}

Checkpointer::Moved Checkpointer::checkpoint(int mode, const CallLimits& limits) {
  const WatchScope watched{connection_->watch(), limits,
                           Watch::Budget{Steady::time_point::max(), errc::internal, ""}, false};
  int in_log = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main", mode, &in_log, &moved);
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    connection_.reset();
    return Moved{};
  }
  const auto bytes = [this](int frames) {
    return static_cast<std::size_t>(frames > 0 ? frames : 0) * connection_->frame_bytes();
  };
  return Moved{bytes(in_log), bytes(moved), code == SQLITE_OK && in_log == moved};
}

void Checkpointer::abandon() noexcept {
  // The thread's object would have to be joined, and the thread is in the other process.
  static_cast<void>(new std::thread{std::move(thread_)});
  static_cast<void>(connection_.release());
}

}  // namespace tenancy::inline v0::detail::sqlite
