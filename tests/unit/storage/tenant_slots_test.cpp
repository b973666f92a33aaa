#include "storage/sqlite/tenant_slots.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::TenantId;
using tenancy::detail::CallLimits;
using tenancy::detail::sqlite::TenantSlots;
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
