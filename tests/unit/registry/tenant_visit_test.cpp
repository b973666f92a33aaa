#include "tenancy/registry/tenant_visit.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossTenantContext;
using tenancy::errc;
using tenancy::Error;
using tenancy::OnFailedVisit;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Scope;
using tenancy::success;
using tenancy::TenantContext;
using tenancy::TenantId;
using tenancy::TenantVisitOptions;
using tenancy::TenantVisitProgress;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

using Ids = std::vector<TenantId>;

/// A store with so many active tenants, by their ids, and a permission to cross them.
struct Tenants {
  explicit Tenants(std::size_t count) {
    for (std::size_t i = 2; i < count; ++i) {
      test.create_tenant("tenant-" + std::to_string(i));
    }
    for (const auto& tenant : must(test.registry.list({.limit = 500})).items) {
      ids.push_back(tenant.id);
    }
    std::ranges::sort(ids);
    REQUIRE(ids.size() == count);
  }

  TestStore test;
  Ids ids;
  CrossTenantContext crossing = must(test.authority.cross_tenants(
      tester(), must(CrossingReason::create(CrossingPurpose::maintenance, "a nightly clean-up"))));
};

Result<void> pass(const TenantContext& /*context*/) { return success(); }
constexpr auto passing = [](const TenantContext& context) { return pass(context); };

}  // namespace

TEST_CASE("tenants are visited once each, in the order of their ids, as ordinary contexts") {
  const Tenants all{5};
  Ids seen;
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing,
      [&](const TenantContext& context) -> Result<void> {
        seen.push_back(context.tenant());
        CHECK(context.principal() == tester());
        CHECK(context.scope() == Scope::write);
        return Repository<Note>{all.test.store, context}.insert({.title = "notice"}).has_value()
                   ? Result<void>{success()}
                   : Result<void>{Error{errc::internal, "no row"}};
      },
      {.scope = Scope::write}));
  CHECK(seen == all.ids);
  CHECK(report.total == 5);
  CHECK(report.visited == 5);
  CHECK(report.skipped == 0);
  CHECK(report.failed == 0);
  CHECK(report.failures.empty());
  CHECK_FALSE(report.ended_early.has_value());
  CHECK(report.resume_after == all.ids.back());
  CHECK(report.outcome().has_value());
}

TEST_CASE("a context of a visit reads unless more is asked for") {
  const Tenants all{2};
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing, [&](const TenantContext& context) -> Result<void> {
        BOOST_OUTCOME_TRY((Repository<Note>{all.test.store, context}.insert({.title = "no"})));
        return success();
      }));
  CHECK(report.failed == 2);
  CHECK(code_of(report.outcome()) == errc::access_denied);
}

TEST_CASE("one tenant's failure does not stop the others") {
  const Tenants all{5};
  Ids seen;
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing, [&](const TenantContext& context) -> Result<void> {
        seen.push_back(context.tenant());
        if (context.tenant() == all.ids[1] || context.tenant() == all.ids[3]) {
          return Error{errc::constraint_violation, "bad rows"};
        }
        return success();
      }));
  CHECK(seen == all.ids);
  CHECK(report.visited == 3);
  CHECK(report.failed == 2);
  REQUIRE(report.failures.size() == 2);
  CHECK(report.failures[0].tenant == all.ids[1]);
  CHECK(report.failures[1].tenant == all.ids[3]);
  CHECK(report.failures[1].error == errc::constraint_violation);
  CHECK_FALSE(report.ended_early.has_value());
  CHECK(report.resume_after == all.ids.back());
  CHECK(code_of(report.outcome()) == errc::constraint_violation);
}

TEST_CASE("a failure stops the visits where that was asked for, and they go on with it") {
  const Tenants all{5};
  Ids seen;
  bool fails = true;
  TenantVisitOptions options{.on_failure = OnFailedVisit::stop};
  const auto visit = [&](const TenantContext& context) -> Result<void> {
    seen.push_back(context.tenant());
    if (fails && context.tenant() == all.ids[2]) {
      return Error{errc::busy, "try later"};
    }
    return success();
  };
  const auto report = must(all.test.authority.for_each_tenant(all.crossing, visit, options));
  CHECK(seen == Ids{all.ids.begin(), all.ids.begin() + 3});
  REQUIRE(report.ended_early.has_value());
  CHECK(*report.ended_early == errc::busy);
  CHECK(report.visited == 2);
  CHECK(report.failed == 1);
  CHECK(report.resume_after == all.ids[1]);

  fails = false;
  seen.clear();
  options.after = report.resume_after;
  const auto rest = must(all.test.authority.for_each_tenant(all.crossing, visit, options));
  CHECK(seen == Ids{all.ids.begin() + 2, all.ids.end()});
  CHECK(rest.total == 3);
  CHECK(rest.visited == 3);
  CHECK(rest.outcome().has_value());
}

TEST_CASE("nothing is done with before the first failure, so that there is nowhere to go on from") {
  const Tenants all{2};
  const auto refuse = [](const TenantContext&) -> Result<void> {
    return Error{errc::busy, "not now"};
  };
  const TenantVisitOptions options{.on_failure = OnFailedVisit::stop};
  CHECK(must(all.test.authority.for_each_tenant(all.crossing, refuse, options)).resume_after ==
        std::nullopt);
  TenantVisitOptions later = options;
  later.after = all.ids[0];
  CHECK(must(all.test.authority.for_each_tenant(all.crossing, refuse, later)).resume_after ==
        all.ids[0]);
  later.after = all.ids[1];
  const auto none = must(all.test.authority.for_each_tenant(all.crossing, refuse, later));
  CHECK(none.total == 0);
  CHECK(none.resume_after == all.ids[1]);
}

TEST_CASE("of very many failures the first are kept and all are counted") {
  const TestStore test;
  test.run_raw(
      "INSERT INTO tenancy_tenants (tenant_id, slug, name, status, epoch, created_at, updated_at) "
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200) "
      "SELECT n, 'many-' || n, 'Many', 'active', 1, 0, 0 FROM numbers");
  const auto crossing = must(test.authority.cross_tenants(
      tester(), must(CrossingReason::create(CrossingPurpose::maintenance, "a nightly clean-up"))));
  const auto report =
      must(test.authority.for_each_tenant(crossing, [](const TenantContext&) -> Result<void> {
        return Error{errc::invalid_row, "bad"};
      }));
  CHECK(report.failed == 1202);
  REQUIRE(report.failures.size() == tenancy::TenantVisitReport::max_failures);
  CHECK(report.failures.front().tenant.value() == 1);
  CHECK(report.failures.back().tenant.value() == 1000);
}

TEST_CASE("tenants that are not active when their turn comes are left out and counted") {
  const Tenants all{6};
  must(all.test.registry.suspend(all.ids[0]));
  Ids seen;
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing, [&](const TenantContext& context) -> Result<void> {
        seen.push_back(context.tenant());
        if (context.tenant() == all.ids[1]) {
          must(all.test.registry.suspend(all.ids[2]));
          must(all.test.registry.archive(all.ids[3]));
          // It became active after the beginning.
          must(all.test.registry.activate(all.ids[0]));
        }
        return success();
      }));
  CHECK(seen == Ids{all.ids[1], all.ids[4], all.ids[5]});
  CHECK(report.total == 5);
  CHECK(report.visited == 3);
  CHECK(report.skipped == 2);
  CHECK(report.failed == 0);
  CHECK(report.outcome().has_value());
}

TEST_CASE("a tenant whose status changes during its visit is left out, not a failure") {
  for (const bool comes_back : {false, true}) {
    CAPTURE(comes_back);
    const Tenants all{3};
    const auto report = must(all.test.authority.for_each_tenant(
        all.crossing, [&](const TenantContext& context) -> Result<void> {
          if (context.tenant() == all.ids[1]) {
            must(all.test.registry.suspend(context.tenant()));
            if (comes_back) {
              must(all.test.registry.activate(context.tenant()));
            }
          }
          BOOST_OUTCOME_TRY((ReadRepository<Note>{all.test.store, context}.count()));
          return success();
        }));
    CHECK(report.visited == 2);
    CHECK(report.skipped == 1);
    CHECK(report.failed == 0);
  }
}

TEST_CASE("a refusal that says nothing of the visited tenant is a failure") {
  const Tenants all{2};
  // A context of the visitor's own, which holds no longer.
  const auto initech = all.test.create_tenant("initech");
  const auto own = all.test.enter(initech);
  must(all.test.registry.suspend(initech.id));
  for (const errc refusal : {errc::tenant_not_active, errc::stale_context}) {
    const auto report = must(all.test.authority.for_each_tenant(
        all.crossing, [&](const TenantContext& context) -> Result<void> {
          if (context.tenant() == initech.id) {
            return success();
          }
          BOOST_OUTCOME_TRY((ReadRepository<Note>{all.test.store, own}.count()));
          return success();
        }));
    CHECK(report.failed == 2);
    CHECK(code_of(report.outcome()) == refusal);
    must(all.test.registry.activate(initech.id));
  }
}

TEST_CASE("what fails for a reason of its own is a failure, though its tenant was suspended") {
  const Tenants all{2};
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing, [&](const TenantContext& context) -> Result<void> {
        must(all.test.registry.suspend(context.tenant()));
        return Error{errc::constraint_violation, "bad rows"};
      }));
  CHECK(report.failed == 2);
  CHECK(report.skipped == 0);
  CHECK(code_of(report.outcome()) == errc::constraint_violation);
}

TEST_CASE("a tenant that is not there any more when its turn comes is left out") {
  const Tenants all{2};
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing, [&](const TenantContext& /*context*/) -> Result<void> {
        all.test.run_raw("DELETE FROM tenancy_tenants WHERE tenant_id = " +
                         std::to_string(all.ids[1].value()));
        return success();
      }));
  CHECK(report.visited == 1);
  CHECK(report.skipped == 1);
  CHECK(report.outcome().has_value());
}

TEST_CASE("a tenant whose status cannot be read ends the visits") {
  for (const bool is_asked_again : {false, true}) {
    CAPTURE(is_asked_again);
    const Tenants all{3};
    const auto report = must(all.test.authority.for_each_tenant(
        all.crossing, [&](const TenantContext& /*context*/) -> Result<void> {
          all.test.run_raw("ALTER TABLE tenancy_tenants RENAME COLUMN epoch TO era");
          return is_asked_again ? Result<void>{Error{errc::stale_context, "over"}}
                                : Result<void>{success()};
        }));
    CHECK(report.visited == (is_asked_again ? 0 : 1));
    CHECK(report.skipped == 0);
    CHECK(report.failed == 0);
    REQUIRE(report.ended_early.has_value());
    CHECK(*report.ended_early != errc::stale_context);
    CHECK(report.resume_after == (is_asked_again ? std::nullopt : std::optional{all.ids[0]}));
  }
}

TEST_CASE("progress is told after each tenant") {
  const Tenants all{4};
  must(all.test.registry.suspend(all.ids[3]));
  std::vector<std::pair<TenantId, std::uint64_t>> told;
  const auto report = must(
      all.test.authority.for_each_tenant(all.crossing,
                                         [&](const TenantContext& context) -> Result<void> {
                                           if (context.tenant() == all.ids[0]) {
                                             must(all.test.registry.suspend(all.ids[1]));
                                             return Error{errc::busy, "later"};
                                           }
                                           return success();
                                         },
                                         {.progress = [&](const TenantVisitProgress& progress) {
                                           CHECK(progress.total == 3);
                                           told.emplace_back(progress.tenant, progress.done);
                                         }}));
  CHECK(told == std::vector<std::pair<TenantId, std::uint64_t>>{
                    {all.ids[0], 1}, {all.ids[1], 2}, {all.ids[2], 3}});
  CHECK(report.failed == 1);
  CHECK(report.skipped == 1);
}

TEST_CASE("a stop ends the visits between two tenants, and tells where to go on") {
  const Tenants all{5};
  const tenancy_test::Stopper stopper;
  Ids seen;
  TenantVisitOptions options{.call = stopper.options()};
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing,
      [&](const TenantContext& context) -> Result<void> {
        seen.push_back(context.tenant());
        if (seen.size() == 2) {
          stopper.request_stop();
        }
        return success();
      },
      options));
  CHECK(seen.size() == 2);
  REQUIRE(report.ended_early.has_value());
  CHECK(*report.ended_early == errc::cancelled);
  CHECK(report.visited == 2);
  CHECK(report.resume_after == all.ids[1]);
  CHECK(code_of(report.outcome()) == errc::cancelled);
}

TEST_CASE("a visit that the stop broke off is still to be made") {
  const Tenants all{3};
  const tenancy_test::Stopper stopper;
  const TenantVisitOptions options{.call = stopper.options()};
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing,
      [&](const TenantContext& context) -> Result<void> {
        if (context.tenant() == all.ids[1]) {
          stopper.request_stop();
          BOOST_OUTCOME_TRY((ReadRepository<Note>{all.test.store, context, options.call}.count()));
        }
        return success();
      },
      options));
  CHECK(report.visited == 1);
  CHECK(report.failed == 0);
  CHECK(report.resume_after == all.ids[0]);
  REQUIRE(report.ended_early.has_value());
  CHECK(*report.ended_early == errc::cancelled);
}

TEST_CASE("of a call that is over, a visit counts unless it was broken off") {
  struct Ending {
    errc code;
    bool is_broken_off;
  };
  for (const Ending ending : {Ending{errc::cancelled, true}, Ending{errc::deadline_exceeded, true},
                              Ending{errc::constraint_violation, false}}) {
    CAPTURE(to_string(ending.code));
    const Tenants all{3};
    const tenancy_test::Stopper stopper;
    const TenantVisitOptions options{.call = stopper.options()};
    const auto report = must(all.test.authority.for_each_tenant(
        all.crossing,
        [&](const TenantContext& /*context*/) -> Result<void> {
          stopper.request_stop();
          return Error{ending.code, "it failed"};
        },
        options));
    CHECK(report.failed == (ending.is_broken_off ? 0 : 1));
    CHECK(report.resume_after == (ending.is_broken_off ? std::nullopt : std::optional{all.ids[0]}));
    REQUIRE(report.ended_early.has_value());
    CHECK(*report.ended_early == errc::cancelled);
  }
}

TEST_CASE("a visit that ends by a deadline of its own is a failure like any other") {
  const Tenants all{3};
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing, [&](const TenantContext& context) -> Result<void> {
        const tenancy::CallOptions late{.deadline = tenancy::CallOptions::Clock::now()};
        BOOST_OUTCOME_TRY((ReadRepository<Note>{all.test.store, context, late}.count()));
        return success();
      }));
  CHECK(report.failed == 3);
  CHECK_FALSE(report.ended_early.has_value());
}

TEST_CASE(
    "what a visitor or the callback throws reaches the caller, and no visit begins after it") {
  const Tenants all{4};
  for (const unsigned threads : {1U, 3U}) {
    CAPTURE(threads);
    std::atomic<int> visits{0};
    const auto boom = [&](const TenantContext&) -> Result<void> {
      ++visits;
      throw std::runtime_error{"a bug"};
    };
    CHECK_THROWS_AS(static_cast<void>(all.test.authority.for_each_tenant(all.crossing, boom,
                                                                         {.threads = threads})),
                    std::runtime_error);
    CHECK(visits >= 1);
    CHECK(visits <= static_cast<int>(threads));
    CHECK_THROWS_AS(
        static_cast<void>(all.test.authority.for_each_tenant(
            all.crossing, passing,
            {.threads = threads,
             .progress = [](const TenantVisitProgress&) { throw std::logic_error{"x"}; }})),
        std::logic_error);
  }
}

TEST_CASE("several threads visit each tenant exactly once") {
  const Tenants all{40};
  std::mutex mutex;
  std::map<TenantId, int> seen;
  std::set<std::uint64_t> told;
  const auto report = must(all.test.authority.for_each_tenant(
      all.crossing,
      [&](const TenantContext& context) -> Result<void> {
        BOOST_OUTCOME_TRY((Repository<Note>{all.test.store, context}.insert({.title = "once"})));
        const std::scoped_lock lock{mutex};
        ++seen[context.tenant()];
        if (context.tenant() == all.ids[7] || context.tenant() == all.ids[21]) {
          return Error{errc::constraint_violation, "bad rows"};
        }
        return success();
      },
      {.scope = Scope::write, .threads = 8, .progress = [&](const TenantVisitProgress& progress) {
         const std::scoped_lock lock{mutex};
         told.insert(progress.done);
       }}));
  CHECK(seen.size() == all.ids.size());
  CHECK(std::ranges::all_of(seen, [](const auto& entry) { return entry.second == 1; }));
  CHECK(told.size() == all.ids.size());
  CHECK(*told.rbegin() == all.ids.size());
  CHECK(report.visited == 38);
  CHECK(report.failed == 2);
  REQUIRE(report.failures.size() == 2);
  CHECK(report.failures[0].tenant == all.ids[7]);
  CHECK(report.failures[1].tenant == all.ids[21]);
  CHECK(report.resume_after == all.ids.back());
}

TEST_CASE("several tenants are visited at the same time") {
  const Tenants all{3};
  // Each waits for the others, which one thread could not bear.
  std::latch together{3};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto report =
      must(all.test.authority.for_each_tenant(all.crossing,
                                              [&](const TenantContext&) -> Result<void> {
                                                together.arrive_and_wait();
                                                const std::scoped_lock lock{mutex};
                                                threads.insert(std::this_thread::get_id());
                                                return success();
                                              },
                                              {.threads = 3}));
  CHECK(report.visited == 3);
  CHECK(threads.size() == 3);
  CHECK(threads.contains(std::this_thread::get_id()));
}

TEST_CASE("threads that stop in the midst tell the first tenant that is left") {
  const Tenants all{4};
  const tenancy_test::Stopper stopper;
  std::latch both{2};
  const auto report =
      must(all.test.authority.for_each_tenant(all.crossing,
                                              [&](const TenantContext& context) -> Result<void> {
                                                both.arrive_and_wait();
                                                stopper.request_stop();
                                                if (context.tenant() == all.ids[0]) {
                                                  // Broken off, while the one behind it is done
                                                  // with.
                                                  return Error{errc::cancelled, "stopped"};
                                                }
                                                return success();
                                              },
                                              {.threads = 2, .call = stopper.options()}));
  CHECK(report.visited == 1);
  CHECK(report.failed == 0);
  CHECK(report.resume_after == std::nullopt);
  REQUIRE(report.ended_early.has_value());
}

TEST_CASE("of several reasons to end, the first is told") {
  for (const errc later : {errc::invalid_row, errc::cancelled}) {
    CAPTURE(to_string(later));
    const Tenants all{2};
    const tenancy_test::Stopper stopper;
    std::latch both{2};
    std::latch first_is_told{1};
    const auto visit = [&](const TenantContext& context) -> Result<void> {
      both.arrive_and_wait();
      if (context.tenant() == all.ids[0]) {
        return Error{errc::busy, "the first"};
      }
      first_is_told.wait();
      if (later == errc::cancelled) {
        stopper.request_stop();
      }
      return Error{later, "another"};
    };
    const auto report =
        must(all.test.authority.for_each_tenant(all.crossing, visit,
                                                {.threads = 2,
                                                 .on_failure = OnFailedVisit::stop,
                                                 .progress =
                                                     [&](const TenantVisitProgress& progress) {
                                                       if (progress.tenant == all.ids[0]) {
                                                         first_is_told.count_down();
                                                       }
                                                     },
                                                 .call = stopper.options()}));
    REQUIRE(report.ended_early.has_value());
    CHECK(*report.ended_early == errc::busy);
    CHECK(report.failed == (later == errc::cancelled ? 1 : 2));
    CHECK(report.resume_after == std::nullopt);
  }
}

TEST_CASE("options that make no sense are refused before anything is recorded") {
  const Tenants all{2};
  const auto refused = [&](const TenantVisitOptions& options) {
    return code_of(all.test.authority.for_each_tenant(all.crossing, passing, options)) ==
           errc::invalid_argument;
  };
  CHECK(refused({.scope = static_cast<Scope>(7)}));
  CHECK(refused({.threads = 0}));
  CHECK(refused({.threads = 65}));
  CHECK(must(all.test.authority.crossings()).items.size() == 1);
}

TEST_CASE("a store of no active tenants is visited in vain") {
  const Tenants all{2};
  must(all.test.registry.suspend(all.ids[0]));
  must(all.test.registry.suspend(all.ids[1]));
  const auto report =
      must(all.test.authority.for_each_tenant(all.crossing, passing, {.threads = 4}));
  CHECK(report.total == 0);
  CHECK(report.outcome().has_value());
  CHECK(report.resume_after == std::nullopt);
}

TEST_CASE("a visitor may drop the last handle of the store") {
  std::optional<Tenants> all{std::in_place, std::size_t{2}};
  auto crossing = std::move(all->crossing);
  auto authority = std::make_unique<tenancy::Authority>(std::move(all->test.authority));
  const tenancy::Authority& given = *authority;
  int visits = 0;
  const auto report =
      must(given.for_each_tenant(crossing, [&](const TenantContext&) -> Result<void> {
        ++visits;
        all.reset();
        authority.reset();
        return success();
      }));
  CHECK(visits == 2);
  CHECK(report.visited == 2);
}
