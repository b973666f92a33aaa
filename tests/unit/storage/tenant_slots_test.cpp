#include "storage/tenant_slots.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/child_process.hpp"
#include "support/must.hpp"
#include "support/sanitized.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::TenantId;
using tenancy::detail::CallLimits;
using tenancy::detail::TenantSlots;
using tenancy_test::code_of;
using tenancy_test::must;

using namespace std::chrono_literals;

TEST_CASE("a tenant has its number of slots, whatever the others take") {
  const auto acme = must(TenantId::from_value(6));
  const auto globex = must(TenantId::from_value(7));
  const CallOptions options;
  const CallLimits limits{options, 1ms};
  TenantSlots slots{2};
  for (int round = 0; round < 2; ++round) {
    std::optional first{must(slots.acquire(acme, limits))};
    std::optional second{must(slots.acquire(acme, limits))};
    CHECK(code_of(slots.acquire(acme, limits)) == errc::overloaded);
    const auto others = must(slots.acquire(globex, limits));
    first.reset();
    first.emplace(must(slots.acquire(acme, limits)));
    CHECK(code_of(slots.acquire(acme, limits)) == errc::overloaded);
  }
}

TEST_CASE("who finds no slot waits for one until the deadline") {
  const auto acme = must(TenantId::from_value(6));
  TenantSlots slots{1};
  const CallOptions none;
  const CallLimits patient{none, 10min};
  std::optional taken{must(slots.acquire(acme, patient))};
  const CallOptions options{.deadline = std::chrono::steady_clock::now() + 20ms};
  const CallLimits limits{options, 10min};
  CHECK(code_of(slots.acquire(acme, limits)) == errc::deadline_exceeded);
  taken.reset();
  static_cast<void>(must(slots.acquire(acme, patient)));
}

TEST_CASE("who finds no slot has one that is given back") {
  const auto acme = must(TenantId::from_value(6));
  TenantSlots slots{1};
  std::atomic<int> had = 0;
  constexpr int threads = 4;
  constexpr int rounds = 500;
  {
    std::vector<std::jthread> takers;
    for (int i = 0; i < threads; ++i) {
      takers.emplace_back([&] {
        const CallOptions none;
        for (int round = 0; round < rounds; ++round) {
          const CallLimits patient{none, 10min};
          const auto slot = slots.acquire(acme, patient);
          had += slot.has_value() ? 1 : 0;
          // So that the others come while it is taken.
          std::this_thread::yield();
        }
      });
    }
  }
  CHECK(had == threads * rounds);
}

// ThreadSanitizer has a child wait for threads that it does not have.
#ifndef TENANCY_TEST_THREADS_SANITIZED
TEST_CASE("a slot that a child gives back waits for no thread of the parent's") {
  const auto acme = must(TenantId::from_value(6));
  const auto globex = must(TenantId::from_value(7));
  const CallOptions none;
  const CallLimits limits{none, 10min};
  TenantSlots slots{2};
  const std::jthread other{[&](const std::stop_token& stop) {
    const CallLimits own{none, 10min};
    while (!stop.stop_requested()) {
      static_cast<void>(must(slots.acquire(globex, own)));
    }
  }};
  // AddressSanitizer has locks of its own.
  const int rounds = tenancy_test::is_sanitized ? 3 : 200;
  for (int round = 0; round < rounds; ++round) {
    std::optional taken{must(slots.acquire(acme, limits))};
    CHECK(tenancy_test::text_from_child([&]() -> std::string {
            taken.reset();
            return "given back";
          }) == "given back");
  }
}
#endif
