#include "service/half_load.hpp"

#include <utility>

namespace tenancy_bench {
namespace {

template <class T, class Value>
double median_of(const std::vector<T>& rounds, Value T::*value) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const T& round : rounds) {
    values.push_back(round.*value);
  }
  return median(std::move(values));
}

}  // namespace

HalfLoad measure_half_load(std::uint16_t port, std::size_t connections,
                           std::chrono::duration<double> time, int rounds,
                           const NextRequest& next) {
  const auto count = static_cast<std::size_t>(rounds);
  std::vector<double> most;
  most.reserve(count);
  for (int round = 0; round < rounds; ++round) {
    most.push_back(run_closed_loop_over_http(port, connections, time, next).per_second);
  }
  const double saturation = median(std::move(most));
  std::vector<Percentiles> waits;
  waits.reserve(count);
  std::vector<double> done;
  done.reserve(count);
  for (int round = 0; round < rounds; ++round) {
    OpenLoopRun run = run_open_loop(port, connections, saturation / 2, time, next);
    done.push_back(run.per_second);
    waits.push_back(percentiles(std::move(run.latencies)));
  }
  return {saturation,
          median(std::move(done)),
          {waits.front().samples, median_of(waits, &Percentiles::p50_ms),
           median_of(waits, &Percentiles::p99_ms), median_of(waits, &Percentiles::p999_ms),
           median_of(waits, &Percentiles::max_ms)}};
}

}  // namespace tenancy_bench
