#include "service/readiness.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace {

TEST_CASE("however many ask whether the service is ready, it is looked up once") {
  std::atomic<int> looks = 0;
  tenantd::Readiness readiness{[&] {
    ++looks;
    return true;
  }};
  CHECK(readiness.is_ready());
  for (int i = 0; i < 100 && looks == 1; ++i) {
    CHECK(readiness.is_ready());
  }
  CHECK(looks <= 2);
}

TEST_CASE("while somebody looks, others get the verdict before") {
  std::latch is_looking{1};
  std::latch may_end{1};
  tenantd::Readiness readiness{[&] {
    is_looking.count_down();
    may_end.wait();
    return true;
  }};
  std::jthread first{[&] { CHECK(readiness.is_ready()); }};
  is_looking.wait();
  CHECK_FALSE(readiness.is_ready());
  may_end.count_down();
}

TEST_CASE("a service that is about to stop is not ready, whatever its store says") {
  tenantd::Readiness readiness{[] { return true; }};
  CHECK(readiness.is_ready());
  readiness.end();
  CHECK_FALSE(readiness.is_ready());
  CHECK(readiness.has_ended());
}

TEST_CASE("a store that does not work is no ready service") {
  tenantd::Readiness readiness{[] { return false; }};
  CHECK_FALSE(readiness.is_ready());
  CHECK_FALSE(readiness.has_ended());
}

}  // namespace
