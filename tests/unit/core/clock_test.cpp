#include "tenancy/core/clock.hpp"

#include <chrono>
#include <latch>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using std::chrono::microseconds;
using tenancy::Clock;
using tenancy::ManualClock;
using tenancy::SystemClock;
using tenancy::Timestamp;

static_assert(std::is_abstract_v<Clock>);
static_assert(std::has_virtual_destructor_v<Clock>);
static_assert(!std::is_copy_constructible_v<ManualClock>);
static_assert(!std::is_default_constructible_v<ManualClock>, "a manual clock starts somewhere");
static_assert(noexcept(std::declval<const Clock&>().now()));

TEST_CASE("the system clock gives the time of day") {
  const SystemClock clock;
  const auto before = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
  const Timestamp now = clock.now();
  const auto after = std::chrono::system_clock::now();
  CHECK(now.time_point() >= before);
  CHECK(now.time_point() <= after);
}

TEST_CASE("a manual clock stands still until it is moved") {
  ManualClock clock{Timestamp::from_microseconds(100)};
  const Clock& seen = clock;
  CHECK(seen.now().microseconds() == 100);
  CHECK(seen.now().microseconds() == 100);
  clock.advance(microseconds{5});
  CHECK(seen.now().microseconds() == 105);
  clock.advance(microseconds{-10});
  CHECK(seen.now().microseconds() == 95);
  clock.set(Timestamp::from_microseconds(-1));
  CHECK(seen.now().microseconds() == -1);
}

TEST_CASE("a manual clock loses no step when several threads move it") {
  constexpr int threads = 4;
  constexpr int steps = 50'000;
  ManualClock clock{Timestamp{}};
  std::latch start{threads};
  std::vector<std::thread> movers;
  movers.reserve(threads);
  for (int i = 0; i < threads; ++i) {
    movers.emplace_back([&] {
      start.arrive_and_wait();
      for (int step = 0; step < steps; ++step) {
        clock.advance(microseconds{1});
      }
    });
  }
  for (auto& mover : movers) {
    mover.join();
  }
  CHECK(clock.now().microseconds() == threads * steps);
}
