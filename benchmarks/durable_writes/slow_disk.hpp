#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace tenancy_bench {

/// How often one kind of file was synced, and how long that took in all.
struct SyncCount {
  std::uint64_t syncs = 0;
  std::chrono::nanoseconds took{0};
};

/// SQLite's own access to files, on a disk whose syncs take longer. Both sides of the benchmark
/// work on it, also when nothing is added, so that both are counted alike. While a sync takes
/// longer the processor is free, as with a real disk.
///
/// Ownership: the default of all connections that are opened during its life, which it must
/// outlive. Thread safety: thread-safe.
class SlowDisk {
 public:
  SlowDisk();
  SlowDisk(const SlowDisk&) = delete;
  SlowDisk& operator=(const SlowDisk&) = delete;
  ~SlowDisk();

  /// What each sync of a write-ahead log or a database takes longer from now on.
  void slow_down_by(std::chrono::microseconds time) noexcept { added_ = time; }

  void start_counting() noexcept;
  [[nodiscard]] SyncCount log_syncs() const noexcept { return log_.read(); }
  [[nodiscard]] SyncCount database_syncs() const noexcept { return database_.read(); }

 private:
  struct FileSystem;
  struct Methods;

  class Counter {
   public:
    void add(std::chrono::nanoseconds took) noexcept;
    void reset() noexcept;
    [[nodiscard]] SyncCount read() const noexcept;

   private:
    std::atomic<std::uint64_t> syncs_{0};
    std::atomic<std::int64_t> nanoseconds_{0};
  };

  std::atomic<std::chrono::microseconds> added_{std::chrono::microseconds{0}};
  Counter log_;
  Counter database_;
  std::unique_ptr<FileSystem> files_;
};

}  // namespace tenancy_bench
