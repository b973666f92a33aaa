#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace tenancy_bench {

/// Does the next write of a thread and tells how many rows that put on disk; none when it was
/// refused.
using Write = std::function<std::size_t(std::size_t thread, std::size_t number)>;

/// What one thread saw.
struct ThreadRun {
  std::uint64_t in_time = 0;  ///< Rows on disk before the end.
  std::uint64_t rows = 0;     ///< The same with the write that the end overtook.
  std::uint64_t refused = 0;  ///< Writes.
  std::vector<std::chrono::nanoseconds> latencies = {};  ///< Of all writes, refused ones too.
};

struct ClosedLoopRun {
  std::chrono::nanoseconds took;
  std::vector<ThreadRun> threads;
};

/// Runs threads of which each begins its next write, from number `first` on, when the former has
/// returned, until `meanwhile` returns on this thread. A write that is under way then is waited
/// for.
ClosedLoopRun run_closed_loop(std::size_t threads, std::size_t first, const Write& write,
                              const std::function<void()>& meanwhile);

}  // namespace tenancy_bench
