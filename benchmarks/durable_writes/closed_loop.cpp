#include "durable_writes/closed_loop.hpp"

#include <atomic>
#include <latch>
#include <thread>

namespace tenancy_bench {
namespace {

using Clock = std::chrono::steady_clock;

ThreadRun run_thread(std::size_t thread, std::size_t number, const Write& write,
                     const std::atomic<bool>& ended) {
  ThreadRun run;
  auto start = Clock::now();
  bool in_time = true;
  while (in_time) {
    const std::size_t rows = write(thread, number++);
    const auto end = Clock::now();
    in_time = !ended.load(std::memory_order_relaxed);
    run.latencies.push_back(end - start);
    run.rows += rows;
    run.in_time += in_time ? rows : 0;
    run.refused += rows == 0 ? 1 : 0;
    start = end;
  }
  return run;
}

}  // namespace

ClosedLoopRun run_closed_loop(std::size_t threads, std::size_t first, const Write& write,
                              const std::function<void()>& meanwhile) {
  ClosedLoopRun run{{}, std::vector<ThreadRun>(threads)};
  std::atomic<bool> ended{false};
  std::latch started{static_cast<std::ptrdiff_t>(threads) + 1};
  {
    std::vector<std::jthread> workers;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      workers.emplace_back([&, thread] {
        started.arrive_and_wait();
        run.threads[thread] = run_thread(thread, first, write, ended);
      });
    }
    started.arrive_and_wait();
    const auto start = Clock::now();
    meanwhile();
    ended = true;
    run.took = Clock::now() - start;
  }
  return run;
}

}  // namespace tenancy_bench
