#include "storage/sqlite/checkpointer.hpp"

#include <chrono>
#include <optional>
#include <system_error>
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

/// Readers that stay hold all writers up for the length of a turn; so it is not tried again at
/// once.
constexpr std::chrono::seconds press_pause{2};

/// How long a turn among the writers is waited for, and readers within it when it presses.
constexpr std::chrono::milliseconds longest_turn{200};

/// How long readers are waited for within a turn otherwise.
constexpr std::chrono::milliseconds short_turn{10};

}  // namespace

Checkpointer::Checkpointer(Open open, const WriterLock& lock, std::filesystem::path file,
                           const StoreOptions& options)
    : options_{options.wal},
      observer_{options.observer},
      open_{std::move(open)},
      lock_{lock},
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

Checkpointer::Progress Checkpointer::progress() const {
  const std::scoped_lock lock{mutex_};
  return Progress{log_bytes_, tries_in_vain_, held_up_};
}

void Checkpointer::log_grew_to(std::size_t bytes) {
  const std::scoped_lock lock{mutex_};
  if (bytes < log_bytes_) {
    // It started over, whoever moved it.
    try_from_ = options_.checkpoint_bytes;
    tries_in_vain_ = 0;
  }
  log_bytes_ = bytes;
  if (options_.checkpoints == Checkpoints::external || log_bytes_ < try_from_) {
    return;
  }
  try {
    if (!thread_.joinable()) {
      thread_ = std::thread{[this] { work(); }};
    }
  } catch (const std::system_error&) {
    // No thread can be had now; the next commit tries again, and SQLite moves the log at the close.
  }
  wanted_.notify_one();
}

Result<void> Checkpointer::await_room(const CallLimits& limits) {
  std::unique_lock lock{mutex_};
  if (log_bytes_ < options_.max_bytes || options_.checkpoints == Checkpoints::external) {
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
    wanted_.wait(lock, [this] {
      // Who was held up may not have gone on yet.
      const bool is_waited_for = held_up_ > 0 && log_bytes_ >= options_.max_bytes;
      return stops_ || log_bytes_ >= try_from_ || is_waited_for;
    });
    if (stops_) {
      return;
    }
    const bool is_pressing = log_bytes_ >= options_.max_bytes / 2 && Steady::now() >= press_from_;
    lock.unlock();
    const std::optional<Moved> moved = move_log(is_pressing);
    lock.lock();

    // What was committed while it was moved is not in the database yet. At the ceiling it is not
    // enough that all has been moved: as long as readers use the log it grows on, and only pressing
    // makes sure that it starts over.
    const bool starts_over = is_pressing || log_bytes_ < options_.max_bytes;
    if (moved && moved->is_complete && starts_over && log_bytes_ <= moved->log_bytes) {
      log_bytes_ = 0;
      tries_in_vain_ = 0;
      try_from_ = options_.checkpoint_bytes;
      moved_.notify_all();
    } else {
      ++tries_in_vain_;
      try_from_ = log_bytes_ + options_.checkpoint_bytes / retry_part;
      if (is_pressing) {
        press_from_ = Steady::now() + press_pause;
      }
      if (held_up_ > 0) {
        // What has been moved is not moved again before readers can be pressed.
        const bool is_moved = moved && moved->is_complete;
        wanted_.wait_until(lock, is_moved ? press_from_ : Steady::now() + retry_pause,
                           [this] { return stops_; });
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
  std::optional<Moved> moved;
  if (lock_.is_alone()) {
    // The bulk of it, while others write on.
    moved = checkpoint(SQLITE_CHECKPOINT_PASSIVE, limits);
  }
  if (!moved || !moved->is_complete || is_pressing || has_grown_beyond(moved->log_bytes)) {
    // Then the rest: while others write there is always one, and the log would not start over but
    // grow, which makes every sync of it dearer.
    const auto rest = checkpoint_alone(is_pressing);
    if (!rest) {
      return std::nullopt;
    }
    moved = rest;
  }
  if (observer_ != nullptr) {
    observer_->on_checkpoint(CheckpointReport{.took = Steady::now() - began,
                                              .wal_bytes = moved->log_bytes,
                                              .moved_bytes = moved->moved_bytes,
                                              .complete = moved->is_complete});
  }
  return moved;
}

bool Checkpointer::has_grown_beyond(std::size_t bytes) {
  const std::scoped_lock lock{mutex_};
  return log_bytes_ > bytes;
}

/// While nobody writes: in a turn, so that writers wait where it is fair. Nothing when somebody
/// else keeps the turn: these modes take SQLite's own write lock, but move the log all the same
/// where a writer has it. Readers keep the log from starting over, too; for them it waits when it
/// presses.
std::optional<Checkpointer::Moved> Checkpointer::checkpoint_alone(bool is_pressing) {
  if (connection_ == nullptr) {
    return std::nullopt;
  }
  const CallOptions options;
  const CallLimits limits{options, is_pressing ? longest_turn : short_turn};
  const CallLimits for_turn{options, longest_turn};
  auto turn = WriterLock::open(file_);
  // Without the file of the turns there is SQLite's lock alone.
  const bool has_turn = turn && turn.value().acquire(for_turn);
  if (turn && !has_turn) {
    return std::nullopt;
  }
  const Moved moved =
      checkpoint(is_pressing ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_FULL, limits);
  if (has_turn) {
    turn.value().release();
  }
  return moved;
}

Checkpointer::Moved Checkpointer::checkpoint(int mode, const CallLimits& limits) {
  int in_log = 0;
  int moved = 0;
  int code = SQLITE_OK;
  {
    const WatchScope watched{connection_->watch(), limits,
                             Watch::Budget{Steady::time_point::max(), errc::internal, ""}, false};
    code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main", mode, &in_log, &moved);
  }
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    connection_.reset();
    return Moved{};
  }
  const auto bytes = [this](int frames) {
    return static_cast<std::size_t>(frames > 0 ? frames : 0) * connection_->frame_bytes();
  };
  return Moved{bytes(in_log), bytes(moved), code == SQLITE_OK && in_log == moved};
}

}  // namespace tenancy::inline v0::detail::sqlite
