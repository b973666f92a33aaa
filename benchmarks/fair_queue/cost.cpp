#include "fair_queue/cost.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <iostream>
#include <mutex>
#include <random>
#include <utility>

#include "tenancy/core/fair_queue.hpp"

#include "fair_queue/population.hpp"

namespace tenancy_bench {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t flood_waiting = 200;
constexpr std::size_t backlog = 4;
/// One item in so many is of an occasional tenant.
constexpr std::size_t occasional_every = 10;
constexpr std::size_t bound = 256;

/// The baseline: a list through the items, and the counters that a bound needs.
class Fifo {
 public:
  struct Item {
    Item* next = nullptr;
  };

  [[nodiscard]] bool push(Item& item) noexcept {
    if (waiting_ >= all_tenants * bound) {
      return false;
    }
    item.next = nullptr;
    *end_ = &item;
    end_ = &item.next;
    ++waiting_;
    return true;
  }

  Item* pop() noexcept {
    Item* const item = front_;
    if (item != nullptr) {
      front_ = item->next;
      if (front_ == nullptr) {
        end_ = &front_;
      }
      --waiting_;
      ++in_service_;
    }
    return item;
  }

  void finish(Item& /*item*/) noexcept { --in_service_; }

 private:
  Item* front_ = nullptr;
  Item** end_ = &front_;
  std::size_t waiting_ = 0;
  std::size_t in_service_ = 0;
};

struct FifoJob : Fifo::Item {
  std::size_t tenant = 0;
};

struct FairJob : tenancy::FairQueueItem {
  std::size_t tenant = 0;
};

class FifoLine {
 public:
  using Job = FifoJob;

  void push(Job& job) {
    if (!queue_.push(job)) [[unlikely]] {
      std::abort();
    }
  }
  Job* pop() noexcept { return static_cast<Job*>(queue_.pop()); }
  void finish(Job& job, nanoseconds /*cost*/) noexcept { queue_.finish(job); }

 private:
  Fifo queue_;
};

class FairLine {
 public:
  using Job = FairJob;

  void push(Job& job) { check(queue_.push(ids_[job.tenant], job)); }
  Job* pop() noexcept { return queue_.pop(); }
  void finish(Job& job, nanoseconds cost) noexcept { queue_.finish(job, cost); }

 private:
  const std::vector<tenancy::TenantId> ids_ = population();
  tenancy::FairQueue<Job> queue_{{.max_waiting_per_tenant = bound}};
};

struct NoMutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};

/// Takes items through a queue one after the other. Those of tenants that always have something
/// waiting go back when they are done; in between, the occasional tenants send one after the other.
template <class Line, class Mutex>
class Loop {
 public:
  explicit Loop(const std::vector<nanoseconds>& costs) : costs_{costs} {
    for (std::size_t i = 0; i < flood_waiting; ++i) {
      line_.push(make(flooding_tenant));
    }
    for (std::size_t i = 0; i < backlog; ++i) {
      for (std::size_t tenant = 1; tenant <= backlogged_tenants; ++tenant) {
        line_.push(make(tenant));
      }
    }
    for (std::size_t i = 0; i < occasional_tenants; ++i) {
      Job& job = make(1 + backlogged_tenants + i);
      away_[i] = &job;
    }
    in_service_ = line_.pop();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    while (in_service_ != nullptr) {
      line_.finish(*in_service_, nanoseconds{0});
      in_service_ = line_.pop();
    }
  }

  void operator()(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      Job* const job = in_service_;
      {
        const std::lock_guard lock{mutex_};
        line_.finish(*job, costs_[i % cost_count]);
        in_service_ = line_.pop();
      }
      if (is_backlogged(job->tenant)) [[likely]] {
        push(*job);
      } else {
        away_[last_away_++ % occasional_tenants] = job;
      }
      if (i % occasional_every == 0) {
        push(*away_[first_away_++ % occasional_tenants]);
      }
    }
  }

  static constexpr std::size_t cost_count = 4096;

 private:
  using Job = typename Line::Job;

  Job& make(std::size_t tenant) {
    Job& job = jobs_.emplace_back();
    job.tenant = tenant;
    return job;
  }

  void push(Job& job) {
    const std::lock_guard lock{mutex_};
    line_.push(job);
  }

  const std::vector<nanoseconds>& costs_;
  std::deque<Job> jobs_;
  std::array<Job*, occasional_tenants> away_{};  ///< A ring of those that wait for their time.
  std::size_t first_away_ = 0;
  std::size_t last_away_ = 0;
  Job* in_service_ = nullptr;
  Mutex mutex_;
  Line line_;
};

/// As in the simulation: twice the quantum in the median, log-normal.
std::vector<nanoseconds> random_costs(std::size_t count) {
  std::mt19937_64 engine{3};  // NOLINT(cert-msc51-cpp): the same in each run, by intention.
  std::lognormal_distribution<double> cost{std::log(100'000), 1};
  std::vector<nanoseconds> costs;
  for (std::size_t i = 0; i < count; ++i) {
    costs.emplace_back(std::llround(cost(engine)));
  }
  return costs;
}

}  // namespace

class CostCases::Work {
 public:
  const std::vector<nanoseconds> costs = random_costs(Loop<FairLine, NoMutex>::cost_count);
  Loop<FifoLine, std::mutex> fifo_locked{costs};
  Loop<FairLine, std::mutex> fair_locked{costs};
  Loop<FifoLine, NoMutex> fifo_bare{costs};
  Loop<FairLine, NoMutex> fair_bare{costs};
};

CostCases::CostCases() : work_{std::make_unique<Work>()} {
  constexpr std::size_t batch = 16'384;
  all_ = {
      {"fifo/locked", std::ref(work_->fifo_locked), batch},
      {"fair_queue/locked", std::ref(work_->fair_locked), batch},
      {"fifo/bare", std::ref(work_->fifo_bare), batch},
      {"fair_queue/bare", std::ref(work_->fair_bare), batch},
  };
}

CostCases::~CostCases() = default;

bool CostCases::run(const std::string& name, std::size_t times) const {
  for (const CostCase& one : all_) {
    if (one.name == name) {
      one.operation(times);
      return true;
    }
  }
  std::cerr << "There is no case '" << name << "'. The cases are:\n";
  for (const CostCase& one : all_) {
    std::cerr << "  " << one.name << '\n';
  }
  return false;
}

}  // namespace tenancy_bench
