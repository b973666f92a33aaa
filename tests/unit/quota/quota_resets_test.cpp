#include <chrono>
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/quota/quota.hpp"

#include "unit/quota/quota_world.hpp"

using namespace std::chrono_literals;

using tenancy::errc;
using tenancy::Quota;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::at_most;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::quota_of;
using tenancy_test::QuotaWorld;

TEST_CASE("a reset counts from 0 and says who did it, when, why, and what was used") {
  const QuotaWorld world;
  const Quota quota = quota_of("executions", at_most(5));
  must(world.consume(world.acme, quota, 5));
  world.test.clock->advance(1h);
  const auto after = must(world.reset(world.acme, quota, "ticket 17: a runaway workflow"));
  CHECK(after.used == 0);
  CHECK(after.last_reset_at == world.test.clock->now());
  CHECK(after.updated_at == world.test.clock->now());
  must(world.consume(world.acme, quota, 4));
  world.test.clock->advance(1h);
  must(world.reset(world.acme, quota, "again"));

  const auto resets = world.resets(world.acme, quota);
  REQUIRE(resets.size() == 2);
  CHECK(resets[0].number == 2);
  CHECK(resets[0].used_before == 4);
  CHECK(resets[0].reason == "again");
  CHECK(resets[1].number == 1);
  CHECK(resets[1].used_before == 5);
  CHECK(resets[1].reason == "ticket 17: a runaway workflow");
  CHECK(resets[1].principal == tenancy_test::tester().to_string());
  CHECK(resets[1].at + 1h == resets[0].at);
  CHECK(resets[0].at == world.test.clock->now());
  CHECK(world.resets(world.globex, quota).empty());
  CHECK(world.resets(world.acme, quota_of("deployments")).empty());
}

TEST_CASE("of many resets the latest are kept, and their numbers tell that there were more") {
  const QuotaWorld world;
  const Quota quota = quota_of("executions");
  const Quota other = quota_of("deployments");
  must(world.consume(world.acme, quota));
  must(world.consume(world.acme, other));
  must(world.reset(world.acme, other));
  must(world.consume(world.globex, quota));
  must(world.reset(world.globex, quota));
  for (std::size_t i = 0; i < Quota::max_resets + 3; ++i) {
    must(world.reset(world.acme, quota));
  }
  const auto resets = world.resets(world.acme, quota);
  REQUIRE(resets.size() == Quota::max_resets);
  CHECK(resets.front().number == Quota::max_resets + 3);
  CHECK(resets.back().number == 4);
  CHECK(world.resets(world.acme, other).size() == 1);
  CHECK(world.resets(world.globex, quota).size() == 1);
}

TEST_CASE("a reset has a reason that people can read, and something to reset") {
  const QuotaWorld world;
  const Quota quota = quota_of("executions");
  CHECK(code_of(world.reset(world.acme, quota)) == errc::not_found);
  must(world.set_limit(world.acme, quota, at_most(3)));
  CHECK(code_of(world.reset(world.acme, quota)) == errc::not_found);
  must(world.consume(world.acme, quota, 2));
  for (const std::string& reason :
       {std::string{}, std::string(Quota::max_reason_length + 1, 'r'), std::string{"two\nlines"},
        std::string{"\xff"}, std::string("a\0b", 3)}) {
    CAPTURE(reason);
    CHECK(code_of(world.reset(world.acme, quota, reason)) == errc::invalid_argument);
  }
  CHECK(world.used(world.acme, quota) == 2);
  must(world.reset(world.acme, quota, std::string(Quota::max_reason_length, 'r')));
}

TEST_CASE("a reset whose record cannot be written resets nothing") {
  const QuotaWorld world;
  const Quota quota = quota_of("executions");
  must(world.consume(world.acme, quota, 2));
  must(world.reset(world.acme, quota));
  must(world.consume(world.acme, quota, 2));
  // The next number is taken.
  world.test.run_raw("UPDATE tenancy_quota_resets SET number = 2");
  must(world.write(world.acme, [&](WriteTransaction& transaction) -> Result<void> {
    CHECK_FALSE(quota.reset(transaction, "a new year").has_value());
    return tenancy::success();
  }));
  CHECK(world.used(world.acme, quota) == 2);
  CHECK(world.resets(world.acme, quota).size() == 1);
}

TEST_CASE("a reset that cannot be made leaves no record of one") {
  const QuotaWorld world;
  const Quota quota = quota_of("executions");
  must(world.consume(world.acme, quota, 2));
  world.test.run_raw(
      "CREATE TRIGGER stops BEFORE UPDATE OF resets ON tenancy_quotas BEGIN SELECT RAISE(ABORT, "
      "'no'); END");
  must(world.write(world.acme, [&](WriteTransaction& transaction) -> Result<void> {
    CHECK_FALSE(quota.reset(transaction, "a new year").has_value());
    return tenancy::success();
  }));
  CHECK(world.used(world.acme, quota) == 2);
  CHECK(world.resets(world.acme, quota).empty());
}
