#include "service/workers.hpp"

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
