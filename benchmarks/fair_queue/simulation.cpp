#include "fair_queue/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <queue>
#include <random>
#include <vector>

#include "tenancy/core/fair_queue.hpp"

#include "fair_queue/population.hpp"

namespace tenancy_bench {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds median_cost = std::chrono::microseconds{100};
constexpr double sigma = 1;
constexpr nanoseconds quantum = median_cost / 2;
constexpr nanoseconds simulated_time = std::chrono::seconds{400};
/// Until then queues fill and nothing is counted.
constexpr nanoseconds warm_up = std::chrono::seconds{4};
constexpr double occasional_load = 0.1;
constexpr std::size_t backlog = 4;
constexpr std::size_t flood_bound = backlog * 1000;

struct Job : tenancy::FairQueueItem {
  std::size_t tenant = 0;
  nanoseconds arrival{0};
};

/// The two orders behind one face. What does not matter here, like speed, is as simple as can be.
class Line {
 public:
  explicit Line(Discipline discipline)
      : discipline_{discipline},
        fair_{{.quantum = quantum, .max_waiting_per_tenant = flood_bound, .capacity = 1}} {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    while (Job* const job = fair_.pop()) {
      fair_.finish(*job, nanoseconds{0});
    }
  }

  void push(std::size_t tenant, nanoseconds arrival) {
    Job* job = nullptr;
    if (spare_.empty()) {
      job = &jobs_.emplace_back();
    } else {
      job = spare_.back();
      spare_.pop_back();
    }
    job->tenant = tenant;
    job->arrival = arrival;
    if (discipline_ == Discipline::fifo) {
      fifo_.push_back(job);
    } else {
      check(fair_.push(ids_[tenant], *job));
    }
  }

  Job* pop() {
    if (discipline_ == Discipline::fair_queue) {
      return fair_.pop();
    }
    if (fifo_.empty()) {
      return nullptr;
    }
    Job* const job = fifo_.front();
    fifo_.pop_front();
    return job;
  }

  void finish(Job& job, nanoseconds cost) {
    if (discipline_ == Discipline::fair_queue) {
      fair_.finish(job, cost);
    }
    spare_.push_back(&job);
  }

 private:
  Discipline discipline_;
  const std::vector<tenancy::TenantId> ids_ = population();
  std::deque<Job> jobs_;
  std::vector<Job*> spare_;
  std::deque<Job*> fifo_;
  tenancy::FairQueue<Job> fair_;
};

double jain(const std::vector<double>& values) {
  double sum = 0;
  double squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  return sum * sum / (static_cast<double>(values.size()) * squares);
}

/// When each occasional tenant sends next.
class Arrivals {
 public:
  Arrivals() : between_{rate()} {
    for (std::size_t i = 0; i < occasional_tenants; ++i) {
      next_.emplace(gap(), all_tenants - 1 - i);
    }
  }

  void send_due(nanoseconds now, Line& line) {
    while (next_.top().first <= now) {
      const auto [time, tenant] = next_.top();
      next_.pop();
      line.push(tenant, time);
      next_.emplace(time + gap(), tenant);
    }
  }

 private:
  /// Of one tenant, per nanosecond.
  static double rate() {
    const double mean_cost = static_cast<double>(median_cost.count()) * std::exp(sigma * sigma / 2);
    return occasional_load / mean_cost / static_cast<double>(occasional_tenants);
  }
  nanoseconds gap() { return nanoseconds{std::llround(between_(engine_))}; }

  using Next = std::pair<nanoseconds, std::size_t>;
  std::mt19937_64 engine_{2};  // NOLINT(cert-msc51-cpp): the same in each run, by intention.
  std::exponential_distribution<double> between_;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next_;
};

}  // namespace

Outcome simulate(Discipline discipline, Flood flood) {
  std::mt19937_64 engine{1};  // NOLINT(cert-msc51-cpp): the same in each run, by intention.
  std::lognormal_distribution<double> service{std::log(static_cast<double>(median_cost.count())),
                                              sigma};
  Arrivals arrivals;
  Line line{discipline};
  std::vector<double> served(1 + backlogged_tenants);
  std::vector<double> latencies;

  for (std::size_t i = 0; i < backlog; ++i) {
    for (std::size_t tenant = 1; tenant <= backlogged_tenants; ++tenant) {
      line.push(tenant, nanoseconds{0});
    }
  }
  for (std::size_t i = 0; flood == Flood::present && i < flood_bound; ++i) {
    line.push(flooding_tenant, nanoseconds{0});
  }
  nanoseconds now{0};
  while (now < simulated_time) {
    arrivals.send_due(now, line);
    Job* const job = line.pop();
    const nanoseconds cost{std::llround(service(engine))};
    now += cost;
    const std::size_t tenant = job->tenant;
    const nanoseconds arrival = job->arrival;
    arrivals.send_due(now, line);
    line.finish(*job, cost);
    if (is_backlogged(tenant)) {
      line.push(tenant, now);
    }
    if (now < warm_up) {
      continue;
    }
    if (is_backlogged(tenant)) {
      served[tenant] += static_cast<double>(cost.count());
    } else {
      latencies.push_back(static_cast<double>((now - arrival).count()) / 1e6);
    }
  }
  if (flood == Flood::absent) {
    served.erase(served.begin());
  }
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) {
    return latencies.empty() ? std::numeric_limits<double>::quiet_NaN()
                             : latencies[static_cast<std::size_t>(
                                   part * static_cast<double>(latencies.size() - 1))];
  };
  return {jain(served), at(0.5), at(0.99), at(1)};
}

}  // namespace tenancy_bench
