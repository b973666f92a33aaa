// Random work for a fair queue, compared with a slow model that is obvious: a list for each tenant.
// The model does not know whose turn it is; it knows who must not have one.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/core/fair_queue.hpp"

#include "support/must.hpp"

using std::chrono::nanoseconds;
using tenancy::errc;
using tenancy::FairQueue;
using tenancy::FairQueueItem;
using tenancy::FairQueueOptions;
using tenancy::TenantId;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

std::uint64_t seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

bool long_run() { return std::getenv("TENANCY_TEST_LONG") != nullptr; }

/// Takes numbers from one seed, so that a failure can be run again.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}

  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution{least, most}(engine_);
  }
  bool one_in(std::int64_t number) { return between(1, number) == 1; }
  /// Mostly some microseconds, at times nothing or far too much.
  nanoseconds cost() {
    switch (between(0, 20)) {
      case 0:
        return nanoseconds{0};
      case 1:
        return nanoseconds{between(0, 10'000'000'000)};
      default:
        return nanoseconds{between(1'000, 200'000)};
    }
  }

 private:
  std::mt19937_64 engine_;
};

struct Job : FairQueueItem {
  explicit Job(std::int64_t job_tenant) : tenant{job_tenant} {}
  std::int64_t tenant;
};

std::optional<TenantId> id(std::int64_t tenant) {
  return tenant == 0 ? std::nullopt : std::optional{must(TenantId::from_value(tenant))};
}

/// A queue and its model.
class Player {
 public:
  Player(Dice& dice, const FairQueueOptions& options)
      : dice_{dice},
        options_{options},
        cap_{std::max<std::size_t>(1, options.capacity * options.max_share_percent / 100)},
        queue_{options} {}

  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      // Queues fill for a while, then they are emptied.
      const bool filling = i / 500 % 2 == 0;
      switch (dice_.between(0, 9)) {
        case 0:
          remove();
          break;
        case 1:
        case 2:
        case 3:
          filling ? push() : pop();
          break;
        case 4:
        case 5:
          push();
          break;
        case 6:
        case 7:
          pop();
          break;
        default:
          finish();
      }
      compare();
    }
    while (waiting_ > 0) {
      pop();
    }
    REQUIRE(queue_.pop() == nullptr);
    while (!in_service_.empty()) {
      finish();
    }
    REQUIRE(queue_.empty());
    REQUIRE(served_ + removed_ == pushed_);
  }

 private:
  struct Tenant {
    std::deque<std::unique_ptr<Job>> waiting = {};
    std::size_t in_service = 0;
  };

  void push() {
    // Few that come often, many that come once, and the host.
    const std::int64_t number =
        dice_.one_in(4) ? dice_.between(100, 1'000'000'000) : dice_.between(0, 6);
    Tenant& tenant = tenants_[number];
    auto job = std::make_unique<Job>(number);
    const std::uint32_t weight =
        dice_.one_in(10) ? static_cast<std::uint32_t>(dice_.between(0, 1100)) : 1;
    const auto pushed = queue_.push(id(number), *job, weight);
    if (tenant.waiting.size() == options_.max_waiting_per_tenant) {
      REQUIRE(code_of(pushed) == errc::overloaded);
      return;
    }
    must(pushed);
    tenant.waiting.push_back(std::move(job));
    ++pushed_;
    ++waiting_;
  }

  [[nodiscard]] bool other_below_cap_waits(std::int64_t tenant) const {
    return std::ranges::any_of(tenants_, [&](const auto& entry) {
      return entry.first != tenant && !entry.second.waiting.empty() &&
             entry.second.in_service < cap_;
    });
  }

  void pop() {
    Job* const job = queue_.pop();
    if (waiting_ == 0) {
      REQUIRE(job == nullptr);
      return;
    }
    REQUIRE(job != nullptr);
    Tenant& tenant = tenants_.at(job->tenant);
    REQUIRE(!tenant.waiting.empty());
    REQUIRE(tenant.waiting.front().get() == job);
    if (tenant.in_service >= cap_) {
      REQUIRE_FALSE(other_below_cap_waits(job->tenant));
    }
    REQUIRE_FALSE(queue_.remove(*job));
    in_service_.push_back(std::move(tenant.waiting.front()));
    tenant.waiting.pop_front();
    ++tenant.in_service;
    --waiting_;
  }

  void finish() {
    if (in_service_.empty()) {
      return;
    }
    const auto last = static_cast<std::int64_t>(in_service_.size()) - 1;
    const auto chosen = in_service_.begin() + dice_.between(0, last);
    const std::unique_ptr<Job> job = std::move(*chosen);
    in_service_.erase(chosen);
    queue_.finish(*job, dice_.cost());
    REQUIRE_FALSE(queue_.remove(*job));
    Tenant& tenant = tenants_.at(job->tenant);
    --tenant.in_service;
    forget_if_idle(job->tenant);
    ++served_;
  }

  void remove() {
    auto found = tenants_.lower_bound(dice_.between(0, 8));
    if (found == tenants_.end() || found->second.waiting.empty()) {
      return;
    }
    auto& waiting = found->second.waiting;
    const auto chosen =
        waiting.begin() + dice_.between(0, static_cast<std::int64_t>(waiting.size()) - 1);
    REQUIRE(queue_.remove(**chosen));
    REQUIRE_FALSE(queue_.remove(**chosen));
    waiting.erase(chosen);
    forget_if_idle(found->first);
    --waiting_;
    ++removed_;
  }

  void forget_if_idle(std::int64_t tenant) {
    const auto found = tenants_.find(tenant);
    if (found->second.waiting.empty() && found->second.in_service == 0) {
      tenants_.erase(found);
    }
  }

  void compare() const {
    REQUIRE(queue_.waiting() == waiting_);
    REQUIRE(queue_.empty() == (waiting_ == 0));
    std::size_t busy = 0;
    for (const auto& [number, tenant] : tenants_) {
      busy += !tenant.waiting.empty() || tenant.in_service > 0 ? 1U : 0U;
    }
    REQUIRE(queue_.tenants() >= busy);
  }

  Dice& dice_;
  FairQueueOptions options_;
  std::size_t cap_;
  std::map<std::int64_t, Tenant> tenants_;
  std::vector<std::unique_ptr<Job>> in_service_;
  std::size_t waiting_ = 0;
  std::int64_t pushed_ = 0;
  std::int64_t served_ = 0;
  std::int64_t removed_ = 0;
  FairQueue<Job> queue_;
};

/// Tenants that always have something waiting, with weights and costs of their own: what each was
/// given, divided by its weight, never differs by more than a bound that does not grow.
void play_busy(Dice& dice, int turns) {
  constexpr nanoseconds quantum{50'000};
  struct Tenant {
    std::uint32_t weight = 1;
    std::int64_t largest = 0;
    double served = 0;
    std::vector<std::unique_ptr<Job>> jobs = {};
  };
  std::vector<Tenant> tenants;
  FairQueue<Job> queue{{.quantum = quantum}};
  const auto count = dice.between(2, 12);
  double largest_normalised = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    Tenant& tenant = tenants.emplace_back();
    tenant.weight = static_cast<std::uint32_t>(dice.between(1, 8));
    tenant.largest = dice.between(1'000, 5'000'000);
    largest_normalised =
        std::max(largest_normalised, static_cast<double>(tenant.largest) / tenant.weight);
    for (int job = 0; job < 3; ++job) {
      tenant.jobs.push_back(std::make_unique<Job>(i));
      must(queue.push(id(i), *tenant.jobs.back(), tenant.weight));
    }
  }
  // An item of each tenant, a quantum of each, and what is estimated before it is measured.
  const double bound = 2 * (largest_normalised + static_cast<double>(quantum.count()));
  for (int i = 0; i < turns; ++i) {
    Job* const job = queue.pop();
    REQUIRE(job != nullptr);
    Tenant& tenant = tenants[static_cast<std::size_t>(job->tenant)];
    const auto cost = dice.between(50, tenant.largest);
    queue.finish(*job, nanoseconds{cost});
    must(queue.push(id(job->tenant), *job, tenant.weight));
    tenant.served += static_cast<double>(cost) / tenant.weight;
    const auto [least, most] =
        std::ranges::minmax_element(tenants, {}, [](const Tenant& each) { return each.served; });
    REQUIRE(most->served - least->served <= bound);
  }
  while (Job* const job = queue.pop()) {
    queue.finish(*job, nanoseconds{0});
  }
}

}  // namespace

TEST_CASE("random work through a fair queue agrees with a list for each tenant") {
  const auto chosen = seed();
  std::cout << "TENANCY_TEST_SEED=" << chosen << '\n';
  CAPTURE(chosen);
  Dice dice{chosen};
  const int games = long_run() ? 2'000 : 40;
  for (int game = 0; game < games; ++game) {
    const FairQueueOptions options{
        .quantum = nanoseconds{dice.between(1, 200'000)},
        .max_waiting_per_tenant = static_cast<std::size_t>(dice.between(1, 20)),
        .capacity = static_cast<std::size_t>(dice.between(1, 12)),
        .max_share_percent = static_cast<unsigned>(dice.between(1, 100)),
    };
    Player{dice, options}.play(5'000);
  }
}

TEST_CASE("busy tenants' shares stay within a bound of each other, whatever their items cost") {
  const auto chosen = seed();
  std::cout << "TENANCY_TEST_SEED=" << chosen << '\n';
  CAPTURE(chosen);
  Dice dice{chosen};
  const int games = long_run() ? 1'000 : 20;
  for (int game = 0; game < games; ++game) {
    play_busy(dice, 20'000);
  }
}
