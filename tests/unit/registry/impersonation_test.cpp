#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/core/impersonation_context.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"

#include "support/death.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::errc;
using tenancy::ImpersonationContext;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Scope;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::tester;
using tenancy_test::TestStore;

using namespace std::chrono_literals;

namespace {

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::support, "ticket 4711: lost notes"));
}

tenancy::Principal supporter() {
  return must(tenancy::Principal::create(tenancy::PrincipalKind::administrator, "susan"));
}

std::int64_t records(const TestStore& test) {
  std::int64_t count = 0;
  // One number of each file of a silo, of which the first holds the records.
  for (const auto& row : test.rows_raw("SELECT count(*) FROM tenancy_impersonations")) {
    count += std::stoll(row.at(0).value());
  }
  return count;
}

/// A clock that stands still for a number of looks, and shows another time from then on.
class TurningClock final : public tenancy::Clock {
 public:
  explicit TurningClock(tenancy::Timestamp time) : time_{time} {}

  [[nodiscard]] tenancy::Timestamp now() const noexcept override {
    return --looks_before_ < 0 ? then_ : time_;
  }
  void turn_to(tenancy::Timestamp then, int looks_before) {
    then_ = then;
    looks_before_ = looks_before;
  }

 private:
  tenancy::Timestamp time_;
  tenancy::Timestamp then_ = time_;
  mutable std::atomic<int> looks_before_ = 0;
};

}  // namespace

TEST_CASE("who acts within a tenant is on record before anything is seen") {
  const TestStore test;
  const auto given = must(test.authority.impersonate(test.acme.id, supporter(), reason(),
                                                     {.scope = Scope::write, .duration = 10min}));
  CHECK(given.expires_at() == test.clock->now() + 10min);
  CHECK(given.reason().explanation() == "ticket 4711: lost notes");
  CHECK(given.reason().purpose() == CrossingPurpose::support);
  const auto& context = given.context();
  CHECK(context.tenant() == test.acme.id);
  CHECK(context.principal() == supporter());
  CHECK(context.kind() == tenancy::ContextKind::impersonation);
  CHECK(context.scope() == Scope::write);
  CHECK(context.expires_at() == given.expires_at());
  CHECK(context.epoch() == test.acme.epoch);

  const auto rows = test.rows_raw(
      "SELECT impersonation_id, tenant_id, principal, scope, purpose, explanation, created_at, "
      "expires_at FROM tenancy_impersonations");
  const tenancy_test::RawRows expected{{std::to_string(given.record()),
                                        std::to_string(test.acme.id.value()), "administrator:susan",
                                        "write", "support", "ticket 4711: lost notes",
                                        std::to_string(test.clock->now().microseconds()),
                                        std::to_string(given.expires_at().microseconds())}};
  CHECK(rows == expected);
}

TEST_CASE("each impersonation has a record of its own") {
  const TestStore test;
  const auto first = must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  const auto second = must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  CHECK(first.record() != second.record());
  CHECK(records(test) == 2);
}

TEST_CASE("no record, no impersonation") {
  const TestStore test;
  test.run_raw(
      "CREATE TRIGGER deaf BEFORE INSERT ON tenancy_impersonations "
      "BEGIN SELECT RAISE(ABORT, 'the record cannot be written'); END");
  CHECK_FALSE(test.authority.impersonate(test.acme.id, supporter(), reason()).has_value());
  test.run_raw(
      "DROP TRIGGER deaf; CREATE TRIGGER mute BEFORE INSERT ON tenancy_impersonations "
      "BEGIN SELECT RAISE(IGNORE); END");
  CHECK_FALSE(test.authority.impersonate(test.acme.id, supporter(), reason()).has_value());
  CHECK(records(test) == 0);
}

TEST_CASE("it reads by default, and writes when that was asked for") {
  const TestStore test;
  const auto reading = must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  CHECK(reading.context().scope() == Scope::read);
  CHECK(reading.expires_at() == test.clock->now() + 1h);
  CHECK(must(ReadRepository<Note>{test.store, reading.context()}.count()) == 0);
  CHECK(code_of(Repository<Note>{test.store, reading.context()}.insert({.title = "x"})) ==
        errc::access_denied);
  const auto writing = must(
      test.authority.impersonate(test.acme.id, supporter(), reason(), {.scope = Scope::write}));
  must(Repository<Note>{test.store, writing.context()}.insert({.title = "x"}));
  CHECK(must(ReadRepository<Note>{test.store, reading.context()}.count()) == 1);
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.globex)}.count()) == 0);
}

TEST_CASE("it ends at its instant, and copies of its context with it") {
  const TestStore test;
  const auto given =
      must(test.authority.impersonate(test.acme.id, supporter(), reason(), {.duration = 60s}));
  const auto& copy = given.context();
  const auto narrowed = copy.narrowed_to(Scope::read);
  const auto count = [&](const tenancy::TenantContext& context) {
    return ReadRepository<Note>{test.store, context}.count();
  };
  test.clock->set(given.expires_at() - tenancy::Timestamp::Duration{1});
  must(count(copy));
  test.clock->set(given.expires_at());
  for (const auto& context : {given.context(), copy, narrowed}) {
    CHECK(code_of(count(context)) == errc::stale_context);
  }
  CHECK(code_of(Repository<Note>{test.store, copy}.insert({.title = "x"})) == errc::stale_context);
  // What the host does for the tenant goes on.
  must(count(test.enter(test.acme)));
}

// Whoever waits for a connection may have waited for too long.
TEST_CASE("it ends also between the call and its turn") {
  const TestStore test;
  const auto clock = std::make_shared<TurningClock>(test.clock->now());
  const auto authority = must(tenancy::open(
      test.url(), {.migrations = tenancy_test::test_schema(), .store = {.clock = clock}}));
  const auto given =
      must(authority.impersonate(test.acme.id, supporter(), reason(), {.duration = 60s}));
  const ReadRepository<Note> notes{authority.store(), given.context()};
  const tenancy::ScopedSql sql{authority.store(), given.context()};
  for (const bool is_late : {false, true}) {
    const int looks_before = is_late ? 1 : 100;
    const auto expected = [&](const auto& result) {
      return is_late ? !result && result.error() == errc::stale_context : result.has_value();
    };
    clock->turn_to(given.expires_at(), looks_before);
    CHECK(expected(notes.count()));
    clock->turn_to(given.expires_at(), looks_before);
    CHECK(expected(sql.query("SELECT title FROM notes")));
    clock->turn_to(given.expires_at(), looks_before);
    CHECK(expected(sql.tables()));
  }
}

TEST_CASE("it lasts from a second to a day") {
  const TestStore test;
  for (const auto duration : {0s, -1s, std::chrono::seconds{24h} + 1s, std::chrono::seconds::max(),
                              std::chrono::seconds::min()}) {
    CAPTURE(duration.count());
    CHECK(code_of(test.authority.impersonate(test.acme.id, supporter(), reason(),
                                             {.duration = duration})) == errc::invalid_argument);
  }
  CHECK(code_of(test.authority.impersonate(test.acme.id, supporter(), reason(),
                                           {.scope = static_cast<Scope>(7)})) ==
        errc::invalid_argument);
  CHECK(records(test) == 0);
  for (const auto duration : {1s, std::chrono::seconds{24h}}) {
    CHECK(must(test.authority.impersonate(test.acme.id, supporter(), reason(),
                                          {.duration = duration}))
              .expires_at() == test.clock->now() + duration);
  }
}

TEST_CASE("only an active tenant is impersonated, and a suspension ends it") {
  const TestStore test;
  CHECK(code_of(test.authority.impersonate(tenancy::TenantId::generate(), supporter(), reason())) ==
        errc::not_found);
  const auto given = must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  must(ReadRepository<Note>{test.store, given.context()}.count());
  must(test.registry.suspend(test.acme.id));
  CHECK(code_of(ReadRepository<Note>{test.store, given.context()}.count()) ==
        errc::tenant_not_active);
  CHECK(code_of(test.authority.impersonate(test.acme.id, supporter(), reason())) ==
        errc::tenant_not_active);
  CHECK(records(test) == 1);
  must(test.registry.activate(test.acme.id));
  CHECK(code_of(ReadRepository<Note>{test.store, given.context()}.count()) == errc::stale_context);
}

TEST_CASE("revoking the tenant's keys does not end it, and it ends none of them") {
  const TestStore test;
  const auto given = must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto context = must(test.authority.authenticator().authenticate(issued.text.unsafe_text()));
  must(test.registry.revoke_key(test.acme.id, issued.key.id));
  must(ReadRepository<Note>{test.store, given.context()}.count());
  CHECK(code_of(ReadRepository<Note>{test.store, context}.count()) == errc::stale_context);
}

TEST_CASE("another store knows nothing of it") {
  const TestStore test;
  const auto again = test.open_again();
  const auto given = must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  CHECK(code_of(ReadRepository<Note>{again.store(), given.context()}.count()) ==
        errc::foreign_context);
}

TEST_CASE("an impersonation that was moved from stops the process when it is used") {
  const TestStore test;
  std::optional<ImpersonationContext> given =
      must(test.authority.impersonate(test.acme.id, supporter(), reason()));
  const auto record = given->record();
  const ImpersonationContext moved = *std::move(given);
  CHECK(moved.record() == record);
  // NOLINTBEGIN(bugprone-use-after-move): the point
  const auto* const words = "use of an ImpersonationContext after it was moved from";
  CHECK(aborts_with(words, [&] { static_cast<void>(given->context()); }));
  CHECK(aborts_with(words, [&] { static_cast<void>(given->reason()); }));
  CHECK(aborts_with(words, [&] { static_cast<void>(given->expires_at()); }));
  CHECK(aborts_with(words, [&] { static_cast<void>(given->record()); }));
  // NOLINTEND(bugprone-use-after-move)
}

TEST_CASE("a crossing and an impersonation each have their own records") {
  const TestStore test;
  must(test.authority.cross_tenants(tester(), reason()));
  CHECK(records(test) == 0);
}
