#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace tenantd {

/// Writes lines to a file descriptor from a thread of its own, many at a time.
///
/// Thread safety: thread-safe.
class LogWriter {
 public:
  struct Options {
    int descriptor;
    std::size_t max_bytes = std::size_t{1} << 20U;  ///< Of ordinary lines that wait to be written.
    /// How long a line may wait for others, so that they are written together.
    std::chrono::milliseconds gathering_time{20};
    /// For what waits at the end, when nobody takes it.
    std::chrono::milliseconds end_time{1000};
    /// The line that tells of lost ones.
    std::function<std::string(std::uint64_t)> lost;
  };

  explicit LogWriter(Options options);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  /// Writes what waits.
  ~LogWriter();

  enum class Weight : std::uint8_t { ordinary, critical };

  /// Takes lines with their ends, or counts them as lost when too much waits; critical ones are
  /// taken in any case. Waits for nothing but other callers.
  void append(std::string_view lines, Weight weight = Weight::ordinary);

  /// Returns once everything before was written, or could not be within the end's time.
  void flush();

 private:
  void run();
  void write_out(std::string_view text);
  /// False when nobody makes room before the end.
  bool wait_for_room();

  Options options_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::string waiting_;
  std::uint64_t lost_ = 0;
  std::uint64_t appended_ = 0;  ///< Calls of `append`.
  std::uint64_t written_ = 0;   ///< How many of those are written or given up.
  bool is_asleep_ = false;
  bool is_hurried_ = false;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace tenantd
