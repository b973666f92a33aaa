#include "tenancy/quota/quota.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "unit/quota/quota_world.hpp"

using tenancy::errc;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::at_most;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::quota_of;
using tenancy_test::QuotaWorld;

namespace {

constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("what is consumed is counted, up to the limit and not beyond") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  const auto first = must(world.consume(world.acme, quota));
  CHECK(first.used == 1);
  CHECK(first.limit == at_most(3));
  CHECK(first.remaining() == 2);
  CHECK(first.has_begun);
  CHECK_FALSE(first.has_own_limit);
  CHECK(first.updated_at == world.test.clock->now());
  CHECK_FALSE(first.last_reset_at.has_value());

  // Exactly what is left is admitted; one more is not.
  CHECK(code_of(world.consume(world.acme, quota, 3)) == errc::quota_exceeded);
  CHECK(must(world.consume(world.acme, quota, 2)).remaining() == 0);
  const auto refused = world.consume(world.acme, quota);
  CHECK(code_of(refused) == errc::quota_exceeded);
  CHECK(refused.error() == tenancy::Condition::quota);
  CHECK(refused.error().subject() == "deployments");
  CHECK(world.used(world.acme, quota) == 3);
}

TEST_CASE("what was never used is 0 of the limit that holds for all") {
  const QuotaWorld world;
  const auto usage = must(world.usage(world.acme, quota_of("deployments", at_most(3))));
  CHECK(usage.used == 0);
  CHECK(usage.limit == at_most(3));
  CHECK_FALSE(usage.has_begun);
  CHECK_FALSE(usage.updated_at.has_value());
  CHECK(world.stored(world.acme).empty());
}

TEST_CASE("a first use that is too much is refused and counts nothing") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  CHECK(code_of(world.consume(world.acme, quota, 4)) == errc::quota_exceeded);
  CHECK(world.stored(world.acme).empty());
  CHECK(code_of(world.consume(world.acme, quota_of("seats", QuotaLimit::nothing()))) ==
        errc::quota_exceeded);
}

TEST_CASE("a refusal that the unit goes on from leaves the count as it was") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(1));
  must(world.consume(world.acme, quota));
  must(world.write(world.acme, [&](WriteTransaction& transaction) -> Result<void> {
    CHECK(code_of(quota.consume(transaction)) == errc::quota_exceeded);
    BOOST_OUTCOME_TRY(const auto usage, quota.usage(transaction));
    CHECK(usage.used == 1);
    CHECK(usage.limit == at_most(1));
    BOOST_OUTCOME_TRY(quota_of("others").consume(transaction));
    return tenancy::success();
  }));
  CHECK(world.used(world.acme, quota) == 1);
  CHECK(world.used(world.acme, quota_of("others")) == 1);
}

TEST_CASE("the count goes with the work, and goes when the work does") {
  const QuotaWorld world;
  const Quota quota = quota_of("notes", at_most(2));
  const auto add = [&](std::string_view id) {
    return world.write(world.acme, [&](WriteTransaction& transaction) -> Result<void> {
      BOOST_OUTCOME_TRY(quota.consume(transaction));
      BOOST_OUTCOME_TRY(
          Repository<Note>{transaction}.insert({.id = std::string{id}, .title = std::string{id}}));
      return tenancy::success();
    });
  };
  must(add("a"));
  CHECK(code_of(add("a")) == errc::already_exists);
  CHECK(world.used(world.acme, quota) == 1);
  must(add("b"));
  CHECK(code_of(add("c")) == errc::quota_exceeded);
  CHECK(must(Repository<Note>{world.test.store, world.acme}.count()) == 2);

  CHECK_THROWS_AS(static_cast<void>(world.write(world.acme,
                                                [&](WriteTransaction& transaction) -> Result<void> {
                                                  BOOST_OUTCOME_TRY(quota.release(transaction, 2));
                                                  throw std::runtime_error{"no"};
                                                })),
                  std::runtime_error);
  CHECK(world.used(world.acme, quota) == 2);
}

TEST_CASE("what is given back can be used again, and no more than was used is given back") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.consume(world.acme, quota, 3));
  CHECK(must(world.release(world.acme, quota, 2)).used == 1);
  must(world.consume(world.acme, quota, 2));
  CHECK(must(world.release(world.acme, quota, 4)).used == 0);
  CHECK(must(world.release(world.acme, quota, greatest)).used == 0);
  CHECK(code_of(world.consume(world.acme, quota, 4)) == errc::quota_exceeded);
  must(world.consume(world.acme, quota, 3));
}

TEST_CASE("where nothing was counted there is nothing to give back") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  CHECK_FALSE(must(world.release(world.acme, quota)).has_begun);
  CHECK(world.stored(world.acme).empty());
}

TEST_CASE("where nothing was counted, giving back tells how the tenant stands all the same") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.set_limit(world.acme, quota, at_most(9)));
  const auto usage = must(world.release(world.acme, quota));
  CHECK_FALSE(usage.has_begun);
  CHECK(usage.has_own_limit);
  CHECK(usage.limit == at_most(9));
}

TEST_CASE("an amount is at least 1") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.consume(world.acme, quota));
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, -greatest - 1}) {
    CAPTURE(amount);
    CHECK(code_of(world.consume(world.acme, quota, amount)) == errc::invalid_argument);
    CHECK(code_of(world.release(world.acme, quota, amount)) == errc::invalid_argument);
  }
  CHECK(code_of(world.begin(world.acme, quota, -1)) == errc::invalid_argument);
  CHECK(code_of(QuotaLimit::at_most(-1)) == errc::invalid_argument);
  CHECK(world.used(world.acme, quota) == 1);
}

TEST_CASE("the largest numbers neither wrap nor overflow") {
  const QuotaWorld world;
  const Quota quota = quota_of("bytes");
  CHECK(quota.limit().is_unlimited());
  must(world.consume(world.acme, quota, greatest - 1));
  CHECK(code_of(world.consume(world.acme, quota, 2)) == errc::quota_exceeded);
  CHECK(code_of(world.consume(world.acme, quota, greatest)) == errc::quota_exceeded);
  CHECK(must(world.consume(world.acme, quota)).used == greatest);
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);
  CHECK(must(world.release(world.acme, quota, greatest)).used == 0);
  CHECK(must(world.consume(world.globex, quota, greatest)).used == greatest);
  CHECK(code_of(world.consume(world.acme, quota_of("none", QuotaLimit::nothing()), greatest)) ==
        errc::quota_exceeded);
}

TEST_CASE("a limit of the tenant's own goes before that of the program, until it is taken away") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(2));
  const auto given = must(world.set_limit(world.acme, quota, at_most(4)));
  CHECK(given.limit == at_most(4));
  CHECK(given.has_own_limit);
  CHECK_FALSE(given.has_begun);
  must(world.consume(world.acme, quota, 4));
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);
  CHECK(code_of(world.consume(world.globex, quota, 3)) == errc::quota_exceeded);

  must(world.set_limit(world.acme, quota, QuotaLimit::unlimited()));
  must(world.consume(world.acme, quota, 1000));
  const auto taken = must(world.set_limit(world.acme, quota, std::nullopt));
  CHECK(taken.limit == at_most(2));
  CHECK_FALSE(taken.has_own_limit);
  CHECK(taken.used == 1004);
  CHECK(taken.remaining() == 0);
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);
}

TEST_CASE("a limit below what is used takes nothing and lets nothing more in") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments");
  must(world.consume(world.acme, quota, 5));
  CHECK(must(world.set_limit(world.acme, quota, at_most(3))).used == 5);
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);
  must(world.release(world.acme, quota, 2));
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);
  must(world.release(world.acme, quota));
  CHECK(must(world.consume(world.acme, quota)).used == 3);
}

TEST_CASE("counting begins once, at what is there already") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(10));
  must(world.set_limit(world.acme, quota, at_most(8)));
  const auto begun = must(world.begin(world.acme, quota, 7));
  CHECK(begun.used == 7);
  CHECK(begun.limit == at_most(8));
  CHECK(must(world.begin(world.acme, quota, 2)).used == 7);
  must(world.consume(world.acme, quota));
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);
  // What is there may be more than the limit, as after the limit was lowered.
  CHECK(must(world.begin(world.globex, quota, 50)).used == 50);
  CHECK(code_of(world.consume(world.globex, quota)) == errc::quota_exceeded);
}

TEST_CASE("all that is stored of a tenant is listed by metric") {
  const QuotaWorld world;
  must(world.consume(world.acme, quota_of("workflows"), 2));
  must(world.set_limit(world.acme, quota_of("deployments"), at_most(7)));
  must(world.consume(world.acme, quota_of("executions"), 9));
  must(world.reset(world.acme, quota_of("executions")));
  must(world.consume(world.globex, quota_of("apples")));

  const auto stored = world.stored(world.acme);
  REQUIRE(stored.size() == 3);
  CHECK(stored[0].metric.to_string() == "deployments");
  CHECK_FALSE(stored[0].used.has_value());
  CHECK(stored[0].own_limit == at_most(7));
  CHECK(stored[1].metric.to_string() == "executions");
  CHECK(stored[1].used == 0);
  CHECK(stored[1].last_reset_at == world.test.clock->now());
  CHECK(stored[2].metric.to_string() == "workflows");
  CHECK(stored[2].used == 2);
  CHECK(stored[2].updated_at == world.test.clock->now());
  CHECK_FALSE(stored[2].last_reset_at.has_value());
}

TEST_CASE("a tenant counts a bounded number of metrics") {
  const QuotaWorld world;
  must(world.write(world.acme, [&](WriteTransaction& transaction) -> Result<void> {
    for (std::size_t i = 0; i < Quota::max_metrics; ++i) {
      BOOST_OUTCOME_TRY(quota_of("m" + std::to_string(i)).consume(transaction));
    }
    return tenancy::success();
  }));
  CHECK(code_of(world.consume(world.acme, quota_of("one_more"))) == errc::invalid_argument);
  CHECK(code_of(world.set_limit(world.acme, quota_of("one_more"), at_most(1))) ==
        errc::invalid_argument);
  CHECK(must(world.consume(world.acme, quota_of("m7"))).used == 2);
  must(world.consume(world.globex, quota_of("one_more")));
  CHECK(world.stored(world.acme).size() == Quota::max_metrics);
}

TEST_CASE("quotas work on after the schema changed beneath their statements") {
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(5));
  must(world.consume(world.acme, quota));
  must(world.usage(world.acme, quota));
  world.test.run_raw("CREATE INDEX notes_by_stars ON notes (tenant_id, stars)");
  CHECK(must(world.consume(world.acme, quota)).used == 2);
  CHECK(must(world.usage(world.acme, quota)).used == 2);
}
