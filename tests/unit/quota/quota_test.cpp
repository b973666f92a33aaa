#include "tenancy/quota/quota.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using namespace std::chrono_literals;

using tenancy::errc;
using tenancy::MetricName;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::QuotaUsage;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy::detail::StaticSql;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

QuotaLimit at_most(std::int64_t amount) { return must(QuotaLimit::at_most(amount)); }

Quota quota_of(std::string_view metric, QuotaLimit limit = QuotaLimit::unlimited()) {
  return Quota{must(MetricName::parse(metric)), limit};
}

/// A store, and each call as a transaction of its own.
struct World {
  TestStore test;
  TenantContext acme = test.enter(test.acme);
  TenantContext globex = test.enter(test.globex);

  template <class Unit>
  [[nodiscard]] auto write(const TenantContext& context, const Unit& unit) const {
    return test.store.write(context, unit);
  }
  [[nodiscard]] Result<QuotaUsage> consume(const TenantContext& context, const Quota& quota,
                                           std::int64_t amount = 1) const {
    return write(context,
                 [&](WriteTransaction& transaction) { return quota.consume(transaction, amount); });
  }
  [[nodiscard]] Result<QuotaUsage> release(const TenantContext& context, const Quota& quota,
                                           std::int64_t amount = 1) const {
    return write(context,
                 [&](WriteTransaction& transaction) { return quota.release(transaction, amount); });
  }
  [[nodiscard]] Result<QuotaUsage> begin(const TenantContext& context, const Quota& quota,
                                         std::int64_t used) const {
    return write(context,
                 [&](WriteTransaction& transaction) { return quota.begin(transaction, used); });
  }
  [[nodiscard]] Result<QuotaUsage> set_limit(const TenantContext& context, const Quota& quota,
                                             std::optional<QuotaLimit> limit) const {
    return write(context, [&](WriteTransaction& transaction) {
      return quota.set_limit(transaction, limit);
    });
  }
  [[nodiscard]] Result<QuotaUsage> reset(const TenantContext& context, const Quota& quota,
                                         std::string_view reason = "a new year") const {
    return write(context,
                 [&](WriteTransaction& transaction) { return quota.reset(transaction, reason); });
  }
  [[nodiscard]] Result<QuotaUsage> usage(const TenantContext& context, const Quota& quota) const {
    return test.store.read(context,
                           [&](ReadTransaction& transaction) { return quota.usage(transaction); });
  }
  [[nodiscard]] std::int64_t used(const TenantContext& context, const Quota& quota) const {
    return must(usage(context, quota)).used;
  }
  [[nodiscard]] std::vector<tenancy::QuotaReset> resets(const TenantContext& context,
                                                        const Quota& quota) const {
    return must(test.store.read(
        context, [&](ReadTransaction& transaction) { return quota.resets(transaction); }));
  }
  [[nodiscard]] std::vector<tenancy::StoredQuota> stored(const TenantContext& context) const {
    return must(test.store.read(
        context, [](ReadTransaction& transaction) { return tenancy::stored_quotas(transaction); }));
  }
};

}  // namespace

TEST_CASE("what is consumed is counted, up to the limit and not beyond") {
  const World world;
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
  const World world;
  const auto usage = must(world.usage(world.acme, quota_of("deployments", at_most(3))));
  CHECK(usage.used == 0);
  CHECK(usage.limit == at_most(3));
  CHECK_FALSE(usage.has_begun);
  CHECK_FALSE(usage.updated_at.has_value());
  CHECK(world.stored(world.acme).empty());
}

TEST_CASE("a first use that is too much is refused and counts nothing") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(3));
  CHECK(code_of(world.consume(world.acme, quota, 4)) == errc::quota_exceeded);
  CHECK(world.stored(world.acme).empty());
  CHECK(code_of(world.consume(world.acme, quota_of("seats", QuotaLimit::nothing()))) ==
        errc::quota_exceeded);
}

TEST_CASE("a refusal that the unit goes on from leaves the count as it was") {
  const World world;
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
  const World world;
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
  const World world;
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
  const World world;
  const Quota quota = quota_of("deployments", at_most(3));
  CHECK_FALSE(must(world.release(world.acme, quota)).has_begun);
  CHECK(world.stored(world.acme).empty());
}

TEST_CASE("where nothing was counted, giving back tells how the tenant stands all the same") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.set_limit(world.acme, quota, at_most(9)));
  const auto usage = must(world.release(world.acme, quota));
  CHECK_FALSE(usage.has_begun);
  CHECK(usage.has_own_limit);
  CHECK(usage.limit == at_most(9));
}

TEST_CASE("an amount is at least 1") {
  const World world;
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
  const World world;
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
  const World world;
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
  const World world;
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
  const World world;
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

TEST_CASE("a reset counts from 0 and says who did it, when, why, and what was used") {
  const World world;
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
  const World world;
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
  const World world;
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
  const World world;
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
  const World world;
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

TEST_CASE("tenants that count the same metric never meet") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.consume(world.acme, quota, 3));
  CHECK(world.used(world.globex, quota) == 0);
  must(world.consume(world.globex, quota, 2));
  must(world.release(world.globex, quota));
  must(world.set_limit(world.globex, quota, at_most(100)));
  must(world.reset(world.globex, quota));
  must(world.begin(world.globex, quota, 9));

  CHECK(world.used(world.acme, quota) == 3);
  CHECK(must(world.usage(world.acme, quota)).limit == at_most(3));
  CHECK_FALSE(must(world.usage(world.acme, quota)).last_reset_at.has_value());
  CHECK(world.resets(world.acme, quota).empty());
  CHECK(code_of(world.consume(world.acme, quota)) == errc::quota_exceeded);

  const auto stored = world.stored(world.acme);
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].used == 3);
  CHECK_FALSE(stored[0].own_limit.has_value());
}

TEST_CASE("a tenant's counting begins when it counts, not when another does") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.set_limit(world.acme, quota, at_most(5)));
  must(world.begin(world.globex, quota, 2));
  CHECK_FALSE(must(world.usage(world.acme, quota)).has_begun);
  CHECK(must(world.begin(world.acme, quota, 4)).used == 4);
}

TEST_CASE("all that is stored of a tenant is listed by metric") {
  const World world;
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

TEST_CASE("a tenant's own credential moves no limit and resets nothing, whatever its scope") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(1));
  must(world.consume(world.acme, quota));
  const auto issued = must(world.test.registry.issue_key(
      world.test.acme.id, {.name = "own", .scope = tenancy::Scope::admin}));
  const auto own =
      must(world.test.authority.authenticator().authenticate(issued.text.unsafe_text()));
  CHECK(code_of(world.set_limit(own, quota, QuotaLimit::unlimited())) == errc::access_denied);
  CHECK(code_of(world.set_limit(own, quota, std::nullopt)) == errc::access_denied);
  CHECK(code_of(world.reset(own, quota)) == errc::access_denied);
  CHECK(code_of(world.consume(own, quota)) == errc::quota_exceeded);
  CHECK(must(world.usage(own, quota)).used == 1);
}

TEST_CASE("a tenant counts a bounded number of metrics") {
  const World world;
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

TEST_CASE("a count or a reset that comes back as another tenant's stops the transaction") {
  const World world;
  const Quota quota = quota_of("deployments");
  // Of both, since each may have a file of its own.
  for (const auto& tenant : {world.acme, world.globex}) {
    must(world.consume(tenant, quota));
    must(world.reset(tenant, quota));
  }
  // Answers the predicate with one tenant and the result with another, as a wrong index would.
  const std::string either = "SELECT CASE abs(random()) % 2 WHEN 0 THEN " +
                             std::to_string(world.test.acme.id.value()) + " ELSE " +
                             std::to_string(world.test.globex.id.value()) + " END AS tenant_id, ";
  world.test.run_raw(
      "ALTER TABLE tenancy_quotas RENAME TO real_quotas;"
      "CREATE VIEW tenancy_quotas AS " +
      either +
      "metric, used, own_limit, resets, last_reset_at, updated_at FROM real_quotas;"
      "ALTER TABLE tenancy_quota_resets RENAME TO real_resets;"
      "CREATE VIEW tenancy_quota_resets AS " +
      either + "metric, number, used_before, principal, reason, created_at FROM real_resets");
  const std::vector<std::function<Result<void>(ReadTransaction&)>> reads{
      [&](ReadTransaction& transaction) -> Result<void> {
        BOOST_OUTCOME_TRY(quota.usage(transaction));
        return tenancy::success();
      },
      [&](ReadTransaction& transaction) -> Result<void> {
        BOOST_OUTCOME_TRY(quota.resets(transaction));
        return tenancy::success();
      },
      [&](ReadTransaction& transaction) -> Result<void> {
        BOOST_OUTCOME_TRY(tenancy::stored_quotas(transaction));
        return tenancy::success();
      }};
  for (std::size_t i = 0; i < reads.size(); ++i) {
    CAPTURE(i);
    int stopped = 0;
    for (int attempt = 0; attempt < 100; ++attempt) {
      // The unit ignores it, and the transaction does not.
      const auto outcome =
          world.test.store.read(world.acme, [&](ReadTransaction& transaction) -> Result<void> {
            static_cast<void>(reads[i](transaction));
            return tenancy::success();
          });
      if (!outcome) {
        CHECK(code_of(outcome) == errc::isolation_violation);
        ++stopped;
      }
    }
    CHECK(stopped > 0);
  }
}

TEST_CASE("what is damaged is no count") {
  const World world;
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
  const World world;
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
  const World world;
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

TEST_CASE("the tables of quotas are a part of a store whose schema is sound") {
  const World world;
  must(world.consume(world.acme, quota_of("deployments")));
  const auto report =
      must(tenancy::verify_schema(world.test.url(), {.migrations = tenancy_test::test_schema()}));
  CHECK(report.findings.empty());
}

TEST_CASE("the SQL that a tenant writes does not see the tables of quotas") {
  const World world;
  must(world.consume(world.acme, quota_of("deployments")));
  const tenancy::ScopedSql sql{world.test.store, world.acme};
  CHECK_FALSE(sql.query("SELECT used FROM tenancy_quotas").has_value());
  CHECK_FALSE(sql.query("SELECT reason FROM tenancy_quota_resets").has_value());
}

TEST_CASE("a trigger of the host's does not reach the tables of quotas, nor from within them") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(5));
  must(world.consume(world.acme, quota));
  const Repository<Note> notes{world.test.store, world.acme};
  world.test.run_raw(
      "CREATE TRIGGER frees AFTER INSERT ON notes BEGIN UPDATE tenancy_quotas SET used = 0; END");
  CHECK_FALSE(notes.insert({.title = "free"}).has_value());
  world.test.run_raw("DROP TRIGGER frees");
  world.test.run_raw(
      "CREATE TRIGGER spreads AFTER UPDATE ON tenancy_quotas BEGIN UPDATE tenancy_quotas SET "
      "own_limit = 9; END");
  CHECK_FALSE(world.consume(world.acme, quota).has_value());
  world.test.run_raw("DROP TRIGGER spreads");
  CHECK(world.used(world.acme, quota) == 1);
  CHECK_FALSE(must(world.usage(world.acme, quota)).has_own_limit);
}

TEST_CASE("quotas work on after the schema changed beneath their statements") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(5));
  must(world.consume(world.acme, quota));
  must(world.usage(world.acme, quota));
  world.test.run_raw("CREATE INDEX notes_by_stars ON notes (tenant_id, stars)");
  CHECK(must(world.consume(world.acme, quota)).used == 2);
  CHECK(must(world.usage(world.acme, quota)).used == 2);
}

TEST_CASE("a transaction that used a quota reaches its tables in no other way, nor those beside") {
  const World world;
  const Quota quota = quota_of("deployments", at_most(1));
  static constexpr StaticSql count{"SELECT used FROM tenancy_quotas WHERE tenant_id = ?1"};
  static constexpr StaticSql reset{"DELETE FROM tenancy_quota_resets WHERE tenant_id = ?1"};
  static constexpr StaticSql name{"SELECT name FROM tenancy_tenants WHERE tenant_id = ?1"};
  must(world.write(world.acme, [&](WriteTransaction& transaction) -> Result<void> {
    auto& session = tenancy::detail::SessionAccess::of(transaction);
    BOOST_OUTCOME_TRY(quota.consume(transaction));
    CHECK_FALSE(quota.consume(transaction).has_value());
    for (const StaticSql* const sql : {&count, &reset, &name}) {
      CHECK_FALSE(session.prepare(*sql).has_value());
    }
    return session.with_quota_tables([&]() -> Result<void> {
      BOOST_OUTCOME_TRY(session.prepare(count));
      BOOST_OUTCOME_TRY(session.prepare(reset));
      CHECK_FALSE(session.prepare(name).has_value());
      return tenancy::success();
    });
  }));
}
