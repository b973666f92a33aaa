#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/testing/crossing_sinks.hpp"

#include "support/entities.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossingRecord;
using tenancy::CrossingUse;
using tenancy::CrossTenantContext;
using tenancy::CrossTenantRepository;
using tenancy::errc;
using tenancy::Order;
using tenancy::Principal;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::TenantId;
using tenancy::testing::FailingCrossingSink;
using tenancy::testing::MemoryCrossingSink;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::test_schema;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::reporting, "ticket 4711: notes per month"));
}

/// All uses there are, each of which tells through `touched` that it reached a row or a tenant.
struct Use {
  CrossingUse use;
  std::string about;
  std::function<std::optional<errc>(const TestStore&, const CrossTenantContext&, int& touched)> run;
};

template <class T>
std::optional<errc> outcome_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional{result.error().code()};
}

std::vector<Use> uses() {
  const auto maintenance = [](auto operation) {
    return [operation](const TestStore& test, const CrossTenantContext& crossing, int& touched) {
      const auto outcome = outcome_of((test.authority.maintenance(crossing).*operation)({}));
      touched += outcome ? 0 : 1;
      return outcome;
    };
  };
  std::vector<Use> all{
      {CrossingUse::iteration, "read",
       [](const TestStore& test, const CrossTenantContext& crossing, int& touched) {
         return outcome_of(test.authority.for_each_tenant(
             crossing, [&](const TenantContext& /*context*/) -> Result<void> {
               ++touched;
               return tenancy::success();
             }));
       }},
      {CrossingUse::listing, "notes",
       [](const TestStore& test, const CrossTenantContext& crossing, int& touched) {
         const auto page = CrossTenantRepository<Note>{test.store, crossing}.list();
         touched += page ? static_cast<int>(page.value().items.size()) : 0;
         return outcome_of(page);
       }},
      {CrossingUse::scan, "notes",
       [](const TestStore& test, const CrossTenantContext& crossing, int& touched) {
         return outcome_of(CrossTenantRepository<Note>{test.store, crossing}.for_each(
             {}, [&](TenantId /*tenant*/, const Note& /*note*/) { ++touched; }));
       }},
      {CrossingUse::count, "notes",
       [](const TestStore& test, const CrossTenantContext& crossing, int& touched) {
         const auto count = CrossTenantRepository<Note>{test.store, crossing}.count();
         touched += count ? 1 : 0;
         return outcome_of(count);
       }},
      {CrossingUse::count, "notes",
       [](const TestStore& test, const CrossTenantContext& crossing, int& touched) {
         const auto counts = CrossTenantRepository<Note>{test.store, crossing}.count_by_tenant();
         touched += counts ? 1 : 0;
         return outcome_of(counts);
       }},
      {CrossingUse::maintenance, "analyze", maintenance(&tenancy::Maintenance::analyze)},
      {CrossingUse::maintenance, "check", maintenance(&tenancy::Maintenance::check)},
      {CrossingUse::maintenance, "checkpoint", maintenance(&tenancy::Maintenance::checkpoint)},
      {CrossingUse::maintenance, "vacuum", maintenance(&tenancy::Maintenance::vacuum)},
  };
  // PostgreSQL is kept by those who run the server.
  if (tenancy_test::is_on_postgres()) {
    std::erase_if(all, [](const Use& use) { return use.use == CrossingUse::maintenance; });
  }
  return all;
}

void insert_notes(const TestStore& test) {
  for (const auto& tenant : {test.acme, test.globex}) {
    const Repository<Note> notes{test.store, test.enter(tenant)};
    must(notes.insert({.title = "one"}));
    must(notes.insert({.title = "two"}));
  }
}

tenancy::RegistryOptions with_sink(std::shared_ptr<tenancy::CrossingAuditSink> sink) {
  tenancy::RegistryOptions options;
  options.crossing_sink = std::move(sink);
  return options;
}

const char* const deaf =
    "CREATE TRIGGER deaf BEFORE INSERT ON tenancy_crossings "
    "BEGIN SELECT RAISE(ABORT, 'the record cannot be written'); END";

}  // namespace

TEST_CASE("every use of a permission to cross tenants leaves its own record") {
  const TestStore test;
  insert_notes(test);
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  std::vector<CrossingRecord> expected{
      {crossing.id(), CrossingUse::permission, "", tester(), reason(), test.clock->now()}};
  for (const Use& use : uses()) {
    CAPTURE(use.about);
    int touched = 0;
    test.clock->advance(std::chrono::seconds{1});
    REQUIRE(use.run(test, crossing, touched) == std::nullopt);
    CHECK(touched > 0);
    expected.insert(expected.begin(),
                    {crossing.id(), use.use, use.about, tester(), reason(), test.clock->now()});
    CHECK(must(test.authority.crossings()).items == expected);
  }
}

TEST_CASE("a use whose record the store cannot write does not begin") {
  const TestStore test;
  insert_notes(test);
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  test.run_raw(deaf);
  for (const Use& use : uses()) {
    CAPTURE(use.about);
    int touched = 0;
    CHECK(use.run(test, crossing, touched) == errc::crossing_not_recorded);
    CHECK(touched == 0);
  }
  CHECK(code_of(test.authority.cross_tenants(tester(), reason())) == errc::crossing_not_recorded);
  CHECK(must(test.authority.crossings()).items.size() == 1);
}

TEST_CASE("a use whose record the host's sink refuses does not begin") {
  const auto sink = std::make_shared<FailingCrossingSink>(1);
  const TestStore test{{}, test_schema(), {}, with_sink(sink)};
  insert_notes(test);
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  std::uint64_t refusals = 0;
  for (const Use& use : uses()) {
    CAPTURE(use.about);
    int touched = 0;
    CHECK(use.run(test, crossing, touched) == errc::crossing_not_recorded);
    CHECK(touched == 0);
    CHECK(sink->refusals() == ++refusals);
  }
  CHECK(code_of(test.authority.cross_tenants(tester(), reason())) == errc::crossing_not_recorded);
}

TEST_CASE("the host's sink is given what the store has kept") {
  const auto sink = std::make_shared<MemoryCrossingSink>();
  const TestStore test{{}, test_schema(), {}, with_sink(sink)};
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  must(CrossTenantRepository<Note>{test.store, crossing}.count());
  CHECK(sink->records() == must(test.authority.crossings({.order = Order::oldest_first})).items);
  CHECK(sink->records().size() == 2);

  // Not what the store could not keep.
  test.run_raw(deaf);
  CHECK(code_of(CrossTenantRepository<Note>{test.store, crossing}.count()) ==
        errc::crossing_not_recorded);
  CHECK(sink->records().size() == 2);
}

TEST_CASE("what a host's sink throws stops the use and reaches the caller") {
  class ThrowingSink final : public tenancy::CrossingAuditSink {
   public:
    Result<void> record(const CrossingRecord& record, const CallOptions& /*options*/) override {
      if (record.use != CrossingUse::permission) {
        throw std::runtime_error{"the line is cut"};
      }
      return tenancy::success();
    }
  };
  const TestStore test{{}, test_schema(), {}, with_sink(std::make_shared<ThrowingSink>())};
  insert_notes(test);
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  for (const Use& use : uses()) {
    int touched = 0;
    CHECK_THROWS_AS(use.run(test, crossing, touched), std::runtime_error);
    CHECK(touched == 0);
  }
}

TEST_CASE("a permission of another store is refused, and nothing is recorded or done") {
  const TestStore test;
  insert_notes(test);
  const auto again = test.open_again();
  const auto foreign = must(again.cross_tenants(tester(), reason()));
  for (const Use& use : uses()) {
    CAPTURE(use.about);
    int touched = 0;
    CHECK(use.run(test, foreign, touched) == errc::foreign_context);
    CHECK(touched == 0);
  }
  CHECK(code_of(test.authority.maintenance(foreign).erase_tenant(test.acme.id)) ==
        errc::foreign_context);
  CHECK(must(test.authority.crossings()).items.size() == 1);
}

TEST_CASE("a call that is stopped or late says so, and is not recorded") {
  const TestStore test;
  insert_notes(test);
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  const tenancy_test::Stopper stopper;
  stopper.request_stop();
  CHECK(code_of(CrossTenantRepository<Note>{test.store, crossing, stopper.options()}.count()) ==
        errc::cancelled);
  const CallOptions late{.deadline = CallOptions::Clock::now()};
  CHECK(code_of(CrossTenantRepository<Note>{test.store, crossing, late}.list()) ==
        errc::deadline_exceeded);
  CHECK(code_of(test.authority.cross_tenants(tester(), reason(), late)) == errc::deadline_exceeded);
  CHECK(must(test.authority.crossings()).items.size() == 1);
}

TEST_CASE("nothing is read across tenants within a write, whose record could not be committed") {
  const TestStore test;
  const auto crossing = must(test.authority.cross_tenants(tester(), reason()));
  CHECK(code_of(test.store.write(test.enter(test.acme),
                                 [&](tenancy::WriteTransaction&) -> Result<std::int64_t> {
                                   return CrossTenantRepository<Note>{test.store, crossing}.count();
                                 })) == errc::nested_write);
}

TEST_CASE("records are listed in pages, newest first or oldest first") {
  const TestStore test;
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) {
    ids.push_back(must(test.authority.cross_tenants(tester(), reason())).id());
  }
  const auto walk = [&](Order order) {
    std::vector<std::string> found;
    tenancy::PageRequest request{.limit = 3, .order = order};
    while (true) {
      auto page = must(test.authority.crossings(request));
      CHECK(page.has_next == page.next_cursor.has_value());
      for (const CrossingRecord& record : page.items) {
        found.push_back(record.crossing);
      }
      if (!page.next_cursor) {
        return found;
      }
      request.cursor = page.next_cursor;
    }
  };
  CHECK(walk(Order::oldest_first) == ids);
  CHECK(walk(Order::newest_first) == std::vector<std::string>{ids.rbegin(), ids.rend()});

  const auto numbered = must(test.authority.crossings({.limit = 3, .number = 3}));
  REQUIRE(numbered.numbers.has_value());
  CHECK(numbered.numbers->total == 7);
  REQUIRE(numbered.items.size() == 1);
  CHECK(numbered.items[0].crossing == ids[0]);
  CHECK(numbered.has_previous);
  CHECK_FALSE(must(test.authority.crossings({.limit = 3, .number = 1})).has_previous);

  const auto newest = must(test.authority.crossings({.limit = 3}));
  CHECK_FALSE(newest.has_previous);
  const auto cursor = newest.next_cursor;
  CHECK(must(test.authority.crossings({.limit = 3, .cursor = cursor})).has_previous);
  CHECK(code_of(test.authority.crossings({.cursor = cursor, .order = Order::oldest_first})) ==
        errc::invalid_cursor);
  CHECK(code_of(test.registry.list({.cursor = cursor})) == errc::invalid_cursor);
  CHECK(code_of(test.authority.crossings({.limit = 0})) == errc::invalid_argument);
}

TEST_CASE("permissions have ids of their own") {
  const TestStore test;
  const auto one = must(test.authority.cross_tenants(tester(), reason()));
  const auto other = must(test.authority.cross_tenants(tester(), reason()));
  CHECK(one.id() != other.id());
}

TEST_CASE("records of before there was one for each use are read as permissions") {
  const TestStore test;
  test.run_raw(
      "DROP TABLE tenancy_quota_resets; DROP TABLE tenancy_quotas;"
      "ALTER TABLE tenancy_tenants DROP COLUMN erased_at;"
      "ALTER TABLE tenancy_crossings DROP COLUMN crossing;"
      "ALTER TABLE tenancy_crossings DROP COLUMN used_for;"
      "ALTER TABLE tenancy_crossings DROP COLUMN about;"
      "DELETE FROM tenancy_migrations WHERE component = 'tenancy' AND version >= 7;"
      "INSERT INTO tenancy_crossings (principal, purpose, explanation, created_at) "
      "VALUES ('administrator:ada', 'support', 'ticket 1: before', 5)");
  const auto migrated = test.open_again();
  const auto records = must(migrated.crossings()).items;
  REQUIRE(records.size() == 1);
  CHECK(records[0] ==
        CrossingRecord{"1", CrossingUse::permission, "",
                       must(Principal::create(tenancy::PrincipalKind::administrator, "ada")),
                       must(CrossingReason::create(CrossingPurpose::support, "ticket 1: before")),
                       tenancy::Timestamp::from_microseconds(5)});
}

TEST_CASE("a record that cannot be read is an error and no guess") {
  for (const char* const damage :
       {"used_for = 'party'", "principal = 'nobody'", "principal = 'elf:ada'",
        "purpose = 'curiosity'", "explanation = ''"}) {
    CAPTURE(damage);
    const TestStore test;
    must(test.authority.cross_tenants(tester(), reason()));
    test.run_raw("UPDATE tenancy_crossings SET " + std::string{damage});
    CHECK_FALSE(test.authority.crossings().has_value());
  }
  const TestStore test;
  must(test.authority.cross_tenants(tester(), reason()));
  test.drop_rules("tenancy_crossings");
  must(test.authority.crossings());
  test.run_raw("UPDATE tenancy_crossings SET created_at = NULL");
  CHECK(code_of(test.authority.crossings()) == errc::invalid_row);
}

TEST_CASE("a cursor of records that holds no place is refused, though the ring sealed it") {
  const TestStore test;
  const auto ring = must(tenancy::KeyRing::open(test.file().string() + ".keys"));
  const auto read = [&](const std::string& place) {
    tenancy::PageRequest request;
    request.cursor = tenancy::detail::seal_cursor(
        ring, {std::nullopt, "tenancy_crossings", request.order}, place);
    return test.authority.crossings(request);
  };
  must(read("5"));
  for (const char* const place : {"", "x", "5x", "5 ", "+5", "99999999999999999999"}) {
    CAPTURE(place);
    CHECK(code_of(read(place)) == errc::invalid_cursor);
  }
}
