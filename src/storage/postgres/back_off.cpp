#include "storage/postgres/back_off.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

namespace tenancy::inline v0::detail::postgres {

void back_off(unsigned tries, CallOptions::Clock::time_point until) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto longest = std::chrono::microseconds{500} * (1U << std::min(tries, 7U));
  const auto pause = std::chrono::microseconds{
      std::uniform_int_distribution<std::int64_t>{0, longest.count()}(random)};
  std::this_thread::sleep_until(std::min(until, CallOptions::Clock::now() + pause));
}

}  // namespace tenancy::inline v0::detail::postgres
