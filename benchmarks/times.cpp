#include "times.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <benchmark/benchmark.h>

namespace tenancy_bench {
namespace {

constexpr int repetitions = 15;
constexpr double seconds_per_repetition = 0.1;

/// Keeps what each repetition took; the tables are our own.
class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration && !run.error_occurred) {
        times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
      }
    }
  }

  [[nodiscard]] std::map<std::string, double> medians() {
    std::map<std::string, double> medians;
    for (auto& [name, times] : times_) {
      const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
      std::nth_element(times.begin(), middle, times.end());
      medians[name] = *middle;
    }
    return medians;
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

}  // namespace

std::map<std::string, double> median_times([[maybe_unused]] const std::vector<Timed>& operations) {
  // Random order can be asked for on a command line only.
  std::string program = "benchmark";
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  std::array<char*, 3> arguments{program.data(), interleave.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments.data());

  for (const Timed& timed : operations) {
    benchmark::RegisterBenchmark(timed.name.c_str(),
                                 [&timed](benchmark::State& state) {
                                   const auto batch =
                                       static_cast<benchmark::IterationCount>(timed.batch);
                                   while (state.KeepRunningBatch(batch)) {
                                     timed.operation(timed.batch);
                                     if (timed.take_back) {
                                       state.PauseTiming();
                                       timed.take_back(timed.batch);
                                       state.ResumeTiming();
                                     }
                                   }
                                 })
        ->Unit(benchmark::kNanosecond)
        ->MinTime(seconds_per_repetition)
        ->Repetitions(repetitions);
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::Shutdown();
  return collector.medians();
}

}  // namespace tenancy_bench
