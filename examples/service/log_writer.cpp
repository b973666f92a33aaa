#include "service/log_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace tenantd {
namespace {

constexpr std::chrono::milliseconds patience{100};

}  // namespace

LogWriter::LogWriter(Options options) : options_{std::move(options)}, thread_{[this] { run(); }} {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock{mutex_};
    is_ending_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void LogWriter::append(std::string_view lines, Weight weight) {
  bool must_wake = false;
  {
    const std::lock_guard lock{mutex_};
    ++appended_;
    if (weight == Weight::ordinary && waiting_.size() + lines.size() > options_.max_bytes) {
      ++lost_;
    } else {
      waiting_.append(lines);
    }
    must_wake = std::exchange(is_asleep_, false);
  }
  // Once for all lines that are gathered, not once for each.
  if (must_wake) {
    work_.notify_one();
  }
}

void LogWriter::flush() {
  std::unique_lock lock{mutex_};
  const std::uint64_t last = appended_;
  is_hurried_ = true;
  work_.notify_one();
  done_.wait_for(lock, options_.end_time, [&] { return written_ >= last; });
}

void LogWriter::run() {
  std::string writing;
  std::unique_lock lock{mutex_};
  while (true) {
    is_asleep_ = waiting_.empty() && lost_ == 0;
    work_.wait(lock, [&] { return !waiting_.empty() || lost_ > 0 || is_ending_; });
    is_asleep_ = false;
    work_.wait_for(lock, options_.gathering_time, [&] { return is_hurried_ || is_ending_; });
    is_hurried_ = false;
    writing.clear();
    writing.swap(waiting_);
    if (const auto lost = std::exchange(lost_, 0); lost > 0) {
      writing += options_.lost(lost);
    }
    const std::uint64_t covered = appended_;
    const bool is_last = is_ending_;
    lock.unlock();
    write_out(writing);
    lock.lock();
    written_ = covered;
    done_.notify_all();
    if (is_last) {
      return;
    }
  }
}

void LogWriter::write_out(std::string_view text) {
  // Where a pipe can be written to at all, it takes so much at once.
  while (!text.empty() && wait_for_room()) {
    const auto written =
        ::write(options_.descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

bool LogWriter::wait_for_room() {
  std::chrono::milliseconds waited{0};
  while (true) {
    pollfd file{options_.descriptor, POLLOUT, 0};
    const int ready = ::poll(&file, 1, static_cast<int>(patience.count()));
    if (ready > 0) {
      return true;
    }
    const std::lock_guard lock{mutex_};
    // Only the end does not wait for a reader that may never come.
    waited += is_ending_ ? patience : std::chrono::milliseconds{0};
    if (waited >= options_.end_time) {
      return false;
    }
  }
}

}  // namespace tenantd
