#include "service/workers.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace {

using tenancy::TenantId;
using tenantd::Workers;

TEST_CASE("a tenant that has much to do does not hold up others") {
  const auto acme = TenantId::generate();
  const auto globex = TenantId::generate();
  std::string order;
  {
    std::promise<void> all_wait;
    Workers workers{1, std::chrono::nanoseconds{1}};
    workers.post(acme, [waiting = all_wait.get_future().share()] { waiting.wait(); });
    for (int i = 0; i < 1000; ++i) {
      workers.post(acme, [&order] { order += 'a'; });
    }
    workers.post(globex, [&order] { order += 'g'; });
    workers.post(std::nullopt, [&order] { order += 'n'; });
    all_wait.set_value();
  }
  CHECK(order.size() == 1002);
  CHECK(order.find('g') < 10);
  CHECK(order.find('n') < 10);
}

TEST_CASE("a tenant whose work does not end leaves half of the threads to others") {
  const auto acme = TenantId::generate();
  const auto globex = TenantId::generate();
  std::promise<void> others_are_done;
  const auto may_end = others_are_done.get_future().share();
  std::atomic<int> at_once = 0;
  std::atomic<int> most_at_once = 0;
  Workers workers{4};
  // It comes first, for more than all threads, while nobody else waits.
  for (int i = 0; i < 6; ++i) {
    workers.post(acme, [&, may_end] {
      most_at_once = std::max(most_at_once.load(), ++at_once);
      may_end.wait();
      --at_once;
    });
  }
  for (const auto tenant :
       {std::optional{globex}, std::optional<TenantId>{}, std::optional{globex}}) {
    std::promise<void> is_done;
    workers.post(tenant, [&is_done] { is_done.set_value(); });
    is_done.get_future().wait();
  }
  CHECK(most_at_once <= 2);
  others_are_done.set_value();
}

TEST_CASE("every piece is done, whoever posts it") {
  constexpr int pieces = 1000;
  std::atomic<int> done = 0;
  {
    Workers workers{3};
    const auto acme = TenantId::generate();
    std::vector<std::jthread> posters;
    for (int poster = 0; poster < 4; ++poster) {
      posters.emplace_back([&] {
        for (int i = 0; i < pieces; ++i) {
          workers.post(i % 2 == 0 ? std::optional{acme} : std::nullopt, [&done] { ++done; });
        }
      });
    }
  }
  CHECK(done == 4 * pieces);
}

}  // namespace
