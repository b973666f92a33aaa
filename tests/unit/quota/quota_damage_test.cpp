#include <string>

#include <doctest/doctest.h>

#include "tenancy/quota/quota.hpp"

#include "unit/quota/quota_world.hpp"

using tenancy::errc;
using tenancy::Quota;
using tenancy::ReadTransaction;
using tenancy_test::at_most;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::quota_of;
using tenancy_test::QuotaWorld;

TEST_CASE("what is damaged is no count") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(5));
  must(world.consume(world.acme, quota));
  world.test.drop_rules("tenancy_quotas");
  for (const char* damage : {"used = -3", "used = 'many'", "used = 1.5", "own_limit = -1",
                             "own_limit = 'x'", "updated_at = NULL"}) {
    CAPTURE(damage);
    world.test.run_raw("UPDATE tenancy_quotas SET used = 1, own_limit = NULL, updated_at = 0");
    world.test.run_raw(std::string{"UPDATE tenancy_quotas SET "} + damage);
    CHECK(code_of(world.usage(world.acme, quota)) == errc::invalid_row);
  }
  world.test.run_raw("UPDATE tenancy_quotas SET used = -3, own_limit = NULL, updated_at = 0");
  CHECK(code_of(world.consume(world.acme, quota)) == errc::invalid_row);
}

TEST_CASE("what is damaged is listed by nobody") {
  const QuotaWorld world;
  must(world.consume(world.acme, quota_of("deployments")));
  world.test.drop_rules("tenancy_quotas");
  for (const char* damage : {"used = 'many'", "metric = 'no name of a metric'", "metric = NULL"}) {
    CAPTURE(damage);
    world.test.run_raw("UPDATE tenancy_quotas SET used = 1, metric = 'deployments'");
    CHECK(world.stored(world.acme).size() == 1);
    world.test.run_raw(std::string{"UPDATE tenancy_quotas SET "} + damage);
    CHECK(code_of(world.test.store.read(world.acme, [](ReadTransaction& transaction) {
            return tenancy::stored_quotas(transaction);
          })) == errc::invalid_row);
  }
}

TEST_CASE("what is damaged is no reset") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments");
  must(world.consume(world.acme, quota));
  must(world.reset(world.acme, quota));
  world.test.drop_rules("tenancy_quota_resets");
  for (const char* damage : {"number = 'first'", "used_before = NULL", "created_at = 'today'"}) {
    CAPTURE(damage);
    world.test.run_raw(
        "UPDATE tenancy_quota_resets SET number = 1, used_before = 1, created_at = 0");
    CHECK(world.resets(world.acme, quota).size() == 1);
    world.test.run_raw(std::string{"UPDATE tenancy_quota_resets SET "} + damage);
    CHECK(code_of(world.test.store.read(world.acme, [&](ReadTransaction& transaction) {
            return quota.resets(transaction);
          })) == errc::invalid_row);
  }
}
