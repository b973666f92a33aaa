#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/quota/quota.hpp"

#include "support/entities.hpp"
#include "unit/quota/quota_world.hpp"

using tenancy::errc;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy::detail::StaticSql;
using tenancy_test::at_most;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::quota_of;
using tenancy_test::QuotaWorld;

TEST_CASE("tenants that count the same metric never meet") {
  const QuotaWorld world;
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
  const QuotaWorld world;
  const Quota quota = quota_of("deployments", at_most(3));
  must(world.set_limit(world.acme, quota, at_most(5)));
  must(world.begin(world.globex, quota, 2));
  CHECK_FALSE(must(world.usage(world.acme, quota)).has_begun);
  CHECK(must(world.begin(world.acme, quota, 4)).used == 4);
}

TEST_CASE("a tenant's own credential moves no limit and resets nothing, whatever its scope") {
  const QuotaWorld world;
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

TEST_CASE("a count or a reset that comes back as another tenant's stops the transaction") {
  const QuotaWorld world;
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

TEST_CASE("the tables of quotas are a part of a store whose schema is sound") {
  const QuotaWorld world;
  must(world.consume(world.acme, quota_of("deployments")));
  const auto report =
      must(tenancy::verify_schema(world.test.url(), {.migrations = tenancy_test::test_schema()}));
  CHECK(report.findings.empty());
}

TEST_CASE("the SQL that a tenant writes does not see the tables of quotas") {
  const QuotaWorld world;
  must(world.consume(world.acme, quota_of("deployments")));
  const tenancy::ScopedSql sql{world.test.store, world.acme};
  CHECK_FALSE(sql.query("SELECT used FROM tenancy_quotas").has_value());
  CHECK_FALSE(sql.query("SELECT reason FROM tenancy_quota_resets").has_value());
}

TEST_CASE("a trigger of the host's does not reach the tables of quotas, nor from within them") {
  const QuotaWorld world;
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

TEST_CASE("a transaction that used a quota reaches its tables in no other way, nor those beside") {
  const QuotaWorld world;
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
