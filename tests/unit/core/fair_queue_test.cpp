#include "tenancy/core/fair_queue.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/death.hpp"
#include "support/must.hpp"

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::nanoseconds;
using tenancy::errc;
using tenancy::FairQueue;
using tenancy::FairQueueItem;
using tenancy::FairQueueOptions;
using tenancy::TenantId;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

struct Job : FairQueueItem {
  Job(int job_tenant, int job_number) : tenant{job_tenant}, number{job_number} {}

  int tenant;
  int number;
};

static_assert(!std::is_copy_constructible_v<Job> && !std::is_move_constructible_v<Job>);

using Queue = FairQueue<Job>;

std::optional<TenantId> id(int tenant) {
  return tenant == 0 ? std::nullopt : std::optional{must(TenantId::from_value(tenant))};
}

/// Makes the jobs of tenants, numbered from 0; tenant 0 is the host. What is still in the queue at
/// the end is taken out of it.
class Fixture {
 public:
  explicit Fixture(FairQueueOptions options = {}) : queue{options} {}
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() {
    for (Job* job : in_service) {
      queue.finish(*job, nanoseconds{0});
    }
    while (Job* const job = queue.pop()) {
      queue.finish(*job, nanoseconds{0});
    }
  }

  Job& make(int tenant) { return jobs_.emplace_back(tenant, made_[tenant]++); }

  Job& push(int tenant, std::uint32_t weight = 1) {
    Job& job = make(tenant);
    must(queue.push(id(tenant), job, weight));
    return job;
  }
  void push_many(int tenant, int count, std::uint32_t weight = 1) {
    for (int i = 0; i < count; ++i) {
      push(tenant, weight);
    }
  }

  /// Takes the next into service; the tenant of it, or -1.
  int start() {
    Job* const job = queue.pop();
    if (job == nullptr) {
      return -1;
    }
    in_service.push_back(job);
    return job->tenant;
  }
  /// Finishes the one that was started first.
  void finish_oldest(nanoseconds cost) {
    queue.finish(*in_service.front(), cost);
    in_service.pop_front();
  }
  /// Serves the next; its tenant, or -1.
  int serve(nanoseconds cost) {
    Job* const job = queue.pop();
    if (job == nullptr) {
      return -1;
    }
    queue.finish(*job, cost);
    return job->tenant;
  }

  Queue queue;
  std::deque<Job*> in_service;

 private:
  std::deque<Job> jobs_;
  std::map<int, int> made_;
};

constexpr microseconds quantum{50};

/// What each tenant of a busy queue gets: (tenant, weight, cost of its items).
struct Share {
  int tenant;
  std::uint32_t weight;
  nanoseconds cost;
};

std::map<int, nanoseconds> serve_busy(const std::vector<Share>& shares, nanoseconds time) {
  Fixture fixture;
  std::map<int, Share> by_tenant;
  for (const Share& share : shares) {
    by_tenant.emplace(share.tenant, share);
    fixture.push_many(share.tenant, 2, share.weight);
  }
  std::map<int, nanoseconds> served;
  nanoseconds total{0};
  while (total < time) {
    Job* const job = fixture.queue.pop();
    REQUIRE(job != nullptr);
    const Share& share = by_tenant.at(job->tenant);
    fixture.queue.finish(*job, share.cost);
    fixture.push(share.tenant, share.weight);
    served[share.tenant] += share.cost;
    total += share.cost;
  }
  return served;
}

/// 1 when all get the same, 1/n when one of n gets all.
/// Source: R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness, 1984.
double jain(const std::map<int, nanoseconds>& served) {
  double sum = 0;
  double squares = 0;
  for (const auto& [tenant, time] : served) {
    const auto value = static_cast<double>(time.count());
    sum += value;
    squares += value * value;
  }
  return sum * sum / (static_cast<double>(served.size()) * squares);
}

/// Serves until it is this tenant's turn, and its item, too: how many items of others came first.
int served_before(Fixture& fixture, int tenant, nanoseconds cost,
                  nanoseconds cost_of_others = quantum) {
  int others = 0;
  while (true) {
    Job* const job = fixture.queue.pop();
    REQUIRE(job != nullptr);
    const bool found = job->tenant == tenant;
    fixture.queue.finish(*job, found ? cost : cost_of_others);
    if (found) {
      return others;
    }
    ++others;
  }
}

}  // namespace

TEST_CASE("an empty queue has nothing to give") {
  Fixture fixture;
  CHECK(fixture.queue.empty());
  CHECK(fixture.queue.waiting() == 0);
  CHECK(fixture.queue.pop() == nullptr);
  CHECK(fixture.queue.tenants() == 0);
}

TEST_CASE("items of one tenant are served in their order, those of tenants in turns") {
  Fixture fixture;
  fixture.push_many(1, 3);
  fixture.push_many(0, 3);
  fixture.push_many(2, 3);
  CHECK(fixture.queue.waiting() == 9);

  std::vector<int> turns;
  std::map<int, int> expected;
  while (Job* const job = fixture.queue.pop()) {
    CHECK(job->number == expected[job->tenant]++);
    turns.push_back(job->tenant);
    fixture.queue.finish(*job, quantum);
  }
  CHECK(turns == std::vector{1, 0, 2, 1, 0, 2, 1, 0, 2});
  CHECK(fixture.queue.empty());
}

TEST_CASE("tenants with equal weights get equal time, whatever their items cost") {
  const auto served = serve_busy({{1, 1, microseconds{1}},
                                  {2, 1, microseconds{10}},
                                  {3, 1, microseconds{50}},
                                  {4, 1, microseconds{400}},
                                  {5, 1, microseconds{5000}}},
                                 std::chrono::seconds{2});
  CHECK(served.size() == 5);
  CHECK(jain(served) > 0.999);
}

TEST_CASE("tenants get time in proportion to their weights") {
  const auto served =
      serve_busy({{1, 1, microseconds{100}}, {2, 2, microseconds{20}}, {3, 5, microseconds{300}}},
                 std::chrono::seconds{2});
  CHECK(served.at(1) / std::chrono::milliseconds{1} == doctest::Approx(250).epsilon(0.01));
  CHECK(served.at(2) / std::chrono::milliseconds{1} == doctest::Approx(500).epsilon(0.01));
  CHECK(served.at(3) / std::chrono::milliseconds{1} == doctest::Approx(1250).epsilon(0.01));
}

TEST_CASE("a weight out of range is taken for the nearest") {
  auto served = serve_busy({{1, 0, quantum}, {2, 1, quantum}}, std::chrono::milliseconds{100});
  CHECK(jain(served) > 0.999);
  served = serve_busy({{1, 5'000'000, quantum}, {2, 1000, quantum}}, std::chrono::seconds{20});
  CHECK(jain(served) > 0.99);
}

TEST_CASE("a new weight holds at once, for what waits and for what is owed") {
  Fixture fixture;
  fixture.push_many(1, 2);
  fixture.push_many(2, 200);
  CHECK(fixture.serve(100 * quantum) == 1);
  // It owes 99 rounds; at a hundred times the weight it owes hardly one.
  fixture.push(1, 100);
  CHECK(served_before(fixture, 1, quantum) <= 2);
}

TEST_CASE("the queue never rests while something waits") {
  Fixture fixture{{.capacity = 100, .max_share_percent = 1}};
  fixture.push_many(1, 20);
  // The cap of one, and a debt, hold nobody back for nobody.
  CHECK(fixture.start() == 1);
  fixture.finish_oldest(hours{10});
  for (int i = 0; i < 19; ++i) {
    CHECK(fixture.start() == 1);
  }
  CHECK(fixture.start() == -1);

  // Nor if all who wait have their cap in service.
  fixture.push_many(1, 10);
  fixture.push_many(2, 10);
  std::map<int, int> started;
  for (int i = 0; i < 20; ++i) {
    ++started[fixture.start()];
  }
  CHECK(started == std::map<int, int>{{1, 10}, {2, 10}});
}

TEST_CASE("one tenant has no more than its share of the capacity in service while others wait") {
  Fixture fixture{{.capacity = 8, .max_share_percent = 50}};
  fixture.push_many(1, 20, 1000);
  fixture.push_many(2, 1);
  fixture.push_many(3, 20);
  std::map<int, int> started;
  for (int i = 0; i < 8; ++i) {
    ++started[fixture.start()];
  }
  CHECK(started == std::map<int, int>{{1, 4}, {2, 1}, {3, 3}});
  // One in service fewer is one more that it may have.
  while (fixture.in_service.front()->tenant != 1) {
    fixture.in_service.push_back(fixture.in_service.front());
    fixture.in_service.pop_front();
  }
  fixture.finish_oldest(nanoseconds{0});
  CHECK(fixture.start() == 1);
  CHECK(fixture.start() == 3);
  CHECK(fixture.queue.waiting() == 20 - 5 + 20 - 4);
}

TEST_CASE("the cap binds only while others wait") {
  Fixture fixture{{.capacity = 8, .max_share_percent = 50}};
  fixture.push_many(1, 20);
  for (int i = 0; i < 6; ++i) {
    CHECK(fixture.start() == 1);
  }
  fixture.push_many(2, 5);
  for (int i = 0; i < 4; ++i) {
    CHECK(fixture.start() == 2);
  }
  // Now both have theirs, and they take turns with what is left.
  std::map<int, int> started;
  for (int i = 0; i < 2; ++i) {
    ++started[fixture.start()];
  }
  CHECK(started.at(2) == 1);
  CHECK(fixture.start() == 1);
}

TEST_CASE("the cap is one item at least") {
  Fixture fixture{{.capacity = 3, .max_share_percent = 1}};
  fixture.push_many(1, 3, 1000);
  fixture.push_many(2, 3);
  fixture.push_many(3, 3);
  std::map<int, int> started;
  for (int i = 0; i < 3; ++i) {
    ++started[fixture.start()];
  }
  CHECK(started == std::map<int, int>{{1, 1}, {2, 1}, {3, 1}});
}

TEST_CASE("weights hold among those who have their cap in service, too") {
  Fixture fixture{{.max_waiting_per_tenant = 1000, .capacity = 60, .max_share_percent = 10}};
  fixture.push_many(1, 1000, 1);
  fixture.push_many(2, 1000, 4);
  std::map<int, int> served;
  for (int i = 0; i < 60; ++i) {
    fixture.start();
  }
  for (int i = 0; i < 900; ++i) {
    ++served[fixture.in_service.front()->tenant];
    fixture.finish_oldest(quantum);
    fixture.start();
  }
  CHECK(served.at(2) > 3.5 * served.at(1));
  CHECK(served.at(2) < 4.5 * served.at(1));
}

TEST_CASE("a full queue refuses its tenant and nobody else") {
  Fixture fixture{{.max_waiting_per_tenant = 3}};
  fixture.push_many(1, 3);
  Job& refused = fixture.make(1);
  CHECK(code_of(fixture.queue.push(id(1), refused)) == errc::overloaded);
  CHECK(fixture.queue.waiting() == 3);
  fixture.push_many(2, 3);
  fixture.push_many(0, 3);
  Job& of_host = fixture.make(0);
  CHECK(code_of(fixture.queue.push(std::nullopt, of_host)) == errc::overloaded);

  // In service is not waiting.
  CHECK(fixture.start() == 1);
  must(fixture.queue.push(id(1), refused));
  Job& again = fixture.make(1);
  CHECK(code_of(fixture.queue.push(id(1), again)) == errc::overloaded);
  CHECK(fixture.queue.remove(refused));
  must(fixture.queue.push(id(1), again));
  CHECK(fixture.queue.waiting() == 9);
}

TEST_CASE("an item that waits can be taken out anywhere in the line, once") {
  Fixture fixture;
  Job& first = fixture.push(1);
  Job& second = fixture.push(1);
  Job& third = fixture.push(1);
  Job& fourth = fixture.push(1);
  Job& fifth = fixture.push(1);
  CHECK(fixture.queue.remove(third));
  CHECK(fixture.queue.remove(first));
  CHECK(fixture.queue.remove(fifth));
  CHECK_FALSE(fixture.queue.remove(fifth));
  CHECK(fixture.queue.waiting() == 2);
  must(fixture.queue.push(id(1), first));

  for (Job* const expected : {&second, &fourth, &first}) {
    Job* const popped = fixture.queue.pop();
    REQUIRE(popped == expected);
    CHECK_FALSE(fixture.queue.remove(*popped));
    fixture.queue.finish(*popped, quantum);
    CHECK_FALSE(fixture.queue.remove(*popped));
  }
  CHECK(fixture.queue.empty());
}

TEST_CASE("taking out a tenant's only item takes the tenant out of the turns") {
  Fixture fixture;
  Job& only = fixture.push(1);
  fixture.push_many(2, 2);
  CHECK(fixture.queue.remove(only));
  CHECK(fixture.queue.tenants() == 1);
  CHECK(fixture.serve(quantum) == 2);
  CHECK(fixture.serve(quantum) == 2);
  CHECK(fixture.serve(quantum) == -1);
}

TEST_CASE("an item of a tenant at its cap can be taken out") {
  Fixture fixture{{.capacity = 2, .max_share_percent = 50}};
  Job& first = fixture.push(1);
  Job& second = fixture.push(1);
  fixture.push(2);
  CHECK(fixture.start() == 1);
  CHECK(fixture.queue.remove(second));
  CHECK_FALSE(fixture.queue.remove(first));
  CHECK(fixture.start() == 2);
  CHECK(fixture.start() == -1);
  fixture.finish_oldest(quantum);
  CHECK(fixture.start() == -1);
}

TEST_CASE("who leaves with a debt still owes it on return, less the rounds that have passed") {
  Fixture fixture;
  fixture.push_many(2, 250);
  fixture.push(1);
  CHECK(served_before(fixture, 1, 100 * quantum) <= 1);
  // The other one's items cost a quantum, so each is a round.
  fixture.push(1);
  const int all = served_before(fixture, 1, 100 * quantum);
  CHECK(all >= 98);
  CHECK(all <= 101);
  for (int i = 0; i < 60; ++i) {
    CHECK(fixture.serve(quantum) == 2);
  }
  fixture.push(1);
  const int rest = served_before(fixture, 1, quantum);
  CHECK(rest >= 38);
  CHECK(rest <= 41);
}

TEST_CASE("one expensive item at a time gets no more than a share") {
  Fixture fixture;
  nanoseconds cheat{0};
  nanoseconds honest{0};
  fixture.push(1);
  fixture.push(2);
  while (cheat + honest < std::chrono::seconds{2}) {
    Job* const job = fixture.queue.pop();
    REQUIRE(job != nullptr);
    const int tenant = job->tenant;
    const nanoseconds cost = tenant == 1 ? microseconds{5000} : microseconds{50};
    fixture.queue.finish(*job, cost);
    (tenant == 1 ? cheat : honest) += cost;
    fixture.push(tenant);
    if (tenant == 2) {
      fixture.push(tenant);
      fixture.queue.finish(*fixture.queue.pop(), nanoseconds{0});
    }
  }
  CHECK(cheat < 1.1 * honest);
}

TEST_CASE("who comes back in the same round gets no second quantum") {
  Fixture fixture;
  // Five sixths of a quantum each time, alone in line each time.
  const nanoseconds most = quantum * 5 / 6;
  fixture.push_many(2, 100);
  int served = 0;
  int others = 0;
  while (others < 60) {
    fixture.push(1);
    others += served_before(fixture, 1, most, most);
    ++served;
  }
  // The other one has the same cost, so equal time is equal numbers.
  CHECK(served <= others + 3);
}

TEST_CASE("what is not used is kept for one round only") {
  Fixture fixture;
  fixture.push_many(1, 2);
  CHECK(fixture.serve(nanoseconds{1}) == 1);
  CHECK(fixture.serve(nanoseconds{1}) == 1);
  fixture.push_many(2, 200);
  for (int i = 0; i < 150; ++i) {
    CHECK(fixture.serve(quantum) == 2);
  }
  fixture.push_many(1, 100);
  int run = 0;
  while (fixture.serve(quantum) == 1) {
    ++run;
  }
  CHECK(run <= 2);
}

TEST_CASE("a wrong measure is not held against a tenant for ever, nor for all the others") {
  Fixture fixture{{.max_waiting_per_tenant = 10'000}};
  fixture.push_many(1, 3);
  CHECK(fixture.serve(hours{100'000}) == 1);
  fixture.push_many(2, 10'000);
  const int owed = served_before(fixture, 1, quantum);
  CHECK(owed >= 3'990);
  CHECK(owed <= 4'010);
  // Its mean was off as well; that is set right when the item is finished.
  CHECK(served_before(fixture, 1, quantum) <= 2);
}

TEST_CASE("costs of nothing, of hours and below nothing are taken") {
  Fixture fixture{{.quantum = std::chrono::minutes{10}}};
  for (const nanoseconds cost : {nanoseconds{0}, nanoseconds{hours{2'000'000}}, nanoseconds::max(),
                                 nanoseconds{-5}, nanoseconds::min()}) {
    for (const int tenant : {1, 2}) {
      fixture.push_many(tenant, 2, tenant == 1 ? 1000 : 1);
    }
    for (int i = 0; i < 4; ++i) {
      CHECK(fixture.serve(cost) > 0);
    }
  }
  CHECK(fixture.queue.empty());
}

TEST_CASE("items that cost nothing do not keep those who wait for the next round from it") {
  Fixture fixture;
  fixture.push_many(1, 2);
  fixture.push_many(2, 2);
  CHECK(fixture.serve(10 * quantum) == 1);
  int free = 0;
  while (fixture.serve(nanoseconds{0}) == 2) {
    fixture.push(2);
    ++free;
    REQUIRE(free < 20'000);
  }
  CHECK(free > 0);
}

TEST_CASE("an endless row of new tenants does not keep an old one from its turn") {
  Fixture fixture;
  for (int tenant = 1; tenant <= 20; ++tenant) {
    fixture.push_many(tenant, 100);
  }
  int next = 100;
  for (int turn = 0; turn < 5; ++turn) {
    // Three arrive for each that is served. In a round those are served who waited for it, and at
    // most as many who came.
    const auto waiting = static_cast<int>(fixture.queue.tenants());
    int others = 0;
    while (true) {
      for (int i = 0; i < 3; ++i) {
        fixture.push(next++);
      }
      if (fixture.serve(quantum) == 1) {
        break;
      }
      ++others;
      REQUIRE(others <= 2 * waiting);
    }
  }
}

TEST_CASE("a newcomer has its turn in the round that is under way") {
  Fixture fixture;
  for (int tenant = 1; tenant <= 20; ++tenant) {
    fixture.push_many(tenant, 10);
  }
  for (int i = 0; i < 30; ++i) {
    fixture.serve(quantum);
  }
  fixture.push(99);
  // In the next one it would be behind all twenty.
  CHECK(served_before(fixture, 99, quantum) <= 10);
}

TEST_CASE("tenants are forgotten when they have nothing there and owe nothing") {
  Queue queue{{}};
  std::size_t most = 0;
  for (int i = 1; i <= 1'000'000; ++i) {
    Job job{i, 0};
    must(queue.push(id(i), job));
    queue.finish(*queue.pop(), 3 * quantum);
    most = std::max(most, queue.tenants());
  }
  CHECK(most < 20);

  // Even if they owe as much as can be, it is rounds that count, not tenants.
  for (int i = 1; i <= 100'000; ++i) {
    Job job{i, 0};
    must(queue.push(id(i), job));
    queue.finish(*queue.pop(), hours{1});
    most = std::max(most, queue.tenants());
  }
  CHECK(most < 20'000);
}

TEST_CASE("of the tenants that are away and owe a bounded number is remembered") {
  std::vector<std::unique_ptr<Job>> jobs;
  Queue queue{{}};
  constexpr int tenants = 200'000;
  for (int i = 1; i <= tenants; ++i) {
    jobs.push_back(std::make_unique<Job>(i, 0));
    must(queue.push(id(i), *jobs.back()));
  }
  CHECK(queue.tenants() == tenants);
  while (Job* const job = queue.pop()) {
    queue.finish(*job, hours{1});
  }
  CHECK(queue.tenants() <= 65'536);
}

TEST_CASE("patterns of ids make nothing slow and lose nobody") {
  for (const unsigned shift : {0U, 20U, 32U, 45U}) {
    std::vector<std::unique_ptr<Job>> jobs;
    Queue queue{{}};
    constexpr std::int64_t tenants = 100'000;
    for (std::int64_t i = 1; i <= tenants; ++i) {
      jobs.push_back(std::make_unique<Job>(static_cast<int>(i), 0));
      must(queue.push(must(TenantId::from_value(i << shift)), *jobs.back()));
    }
    CHECK(queue.tenants() == tenants);
    std::int64_t served = 0;
    while (Job* const job = queue.pop()) {
      queue.finish(*job, nanoseconds{0});
      ++served;
    }
    CHECK(served == tenants);
  }
}

TEST_CASE("misuse stops the process") {
  CHECK(aborts_with("pushed twice", [] {
    Fixture fixture;
    Job& job = fixture.push(1);
    static_cast<void>(fixture.queue.push(id(2), job));
  }));
  CHECK(aborts_with("not in service", [] {
    Fixture fixture;
    fixture.queue.finish(fixture.push(1), nanoseconds{0});
  }));
  CHECK(aborts_with("not in service", [] {
    Fixture fixture;
    fixture.push(1);
    Job* const job = fixture.queue.pop();
    fixture.queue.finish(*job, nanoseconds{0});
    fixture.queue.finish(*job, nanoseconds{0});
  }));
  CHECK(aborts_with("while a fair queue still had it", [] {
    Queue queue{{}};
    const Job job{1, 0};
    static_cast<void>(queue.push(id(1), const_cast<Job&>(job)));  // NOLINT
  }));
  CHECK(aborts_with("waiting or in service", [] {
    Job job{1, 0};
    Queue queue{{}};
    static_cast<void>(queue.push(id(1), job));
  }));
  CHECK(aborts_with("waiting or in service", [] {
    Job job{1, 0};
    Queue queue{{}};
    static_cast<void>(queue.push(id(1), job));
    queue.pop();
  }));
}

TEST_CASE("options out of range stop the process") {
  CHECK(aborts_with("quantum", [] { const Queue queue{{.quantum = nanoseconds{0}}}; }));
  CHECK(aborts_with("quantum", [] { const Queue queue{{.quantum = std::chrono::minutes{11}}}; }));
  CHECK(aborts_with("lets items wait", [] { const Queue queue{{.max_waiting_per_tenant = 0}}; }));
  CHECK(aborts_with("capacity", [] { const Queue queue{{.capacity = 0}}; }));
  CHECK(aborts_with("percent", [] { const Queue queue{{.max_share_percent = 0}}; }));
  CHECK(aborts_with("percent", [] { const Queue queue{{.max_share_percent = 101}}; }));
}
