// Reads, of rows, tenants and the store.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/storage/backup.hpp"

#include "crash/memory_world.hpp"
#include "support/must.hpp"

using tenancy::ApiKeyStatus;
using tenancy::CrossTenantRepository;
using tenancy::field;
using tenancy::Query;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::TenantIdentifier;
using tenancy_test::crossing_reason;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::some_items;
using tenancy_test::tell;
using tenancy_test::told;
using tenancy_test::Told;
using tenancy_test::try_without_memory;
using tenancy_test::World;

namespace {

Told each_of(const Query<Item>& query, const ReadRepository<Item>& items) {
  std::string text;
  BOOST_OUTCOME_TRY(items.for_each(query, [&](const Item& item) { text += told(item); }));
  return text;
}

}  // namespace

TEST_CASE("without memory: find") {
  try_without_memory([](const World& w) { return tell(w.items().find({"p", 4})); });
}

TEST_CASE("without memory: find_versioned") {
  try_without_memory([](const World& w) { return tell(w.items().find_versioned({"p", 4})); });
}

TEST_CASE("without memory: exists") {
  try_without_memory(
      [](const World& w) { return tell(w.items().count(field<&Item::number> == 3)); });
}

TEST_CASE("without memory: first") {
  try_without_memory([](const World& w) { return tell(w.items().first(some_items())); });
}

TEST_CASE("without memory: list") {
  try_without_memory(
      [](const World& w) { return tell(w.items().list(some_items(), {.limit = 5})); });
}

TEST_CASE("without memory: pages") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.items().list(some_items(), {.limit = 5}));
    return tell(w.items().list(some_items(), {.limit = 5, .cursor = page.next_cursor}));
  });
}

TEST_CASE("without memory: numbered") {
  try_without_memory(
      [](const World& w) { return tell(w.items().list(some_items(), {.limit = 5, .number = 2})); });
}

TEST_CASE("without memory: list_versioned") {
  try_without_memory([](const World& w) { return tell(w.items().list_versioned(some_items())); });
}

TEST_CASE("without memory: for_each") {
  try_without_memory([](const World& w) { return each_of(some_items(), w.items()); });
}

TEST_CASE("without memory: count") {
  try_without_memory([](const World& w) { return tell(w.items().count(some_items())); });
}

TEST_CASE("without memory: sum") {
  try_without_memory(
      [](const World& w) { return tell(w.items().aggregate(tenancy::sum_of<&Item::points>)); });
}

TEST_CASE("without memory: total") {
  try_without_memory(
      [](const World& w) { return tell(w.items().aggregate(tenancy::sum_of<&Item::weight>)); });
}

TEST_CASE("without memory: greatest") {
  try_without_memory(
      [](const World& w) { return tell(w.items().aggregate(tenancy::max_of<&Item::title>)); });
}

TEST_CASE("without memory: groups") {
  try_without_memory([](const World& w) {
    return tell(w.items().aggregate_by<&Item::project>(tenancy::sum_of<&Item::points>));
  });
}

TEST_CASE("without memory: children_of") {
  try_without_memory([](const World& w) {
    return tell(
        w.items().children_of<&Item::owner>(std::vector<Person>{{"ann", ""}}, some_items()));
  });
}

TEST_CASE("without memory: scoped SQL") {
  try_without_memory([](const World& w) {
    return tell(w.sql().query_json(
        "SELECT i.project, count(*), group_concat(i.title, ';'), max(p.name) FROM items i "
        "JOIN "
        "people p ON p.id = i.owner WHERE i.points > ? GROUP BY i.project ORDER BY 1",
        {3}));
  });
}

TEST_CASE("without memory: scoped SQL that sorts and recurs") {
  try_without_memory([](const World& w) {
    return tell(w.sql().query_json(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT "
        "i, title, rank() OVER (ORDER BY title), json_extract('{\"a\":' || i || '}', '$.a') "
        "FROM n JOIN items ON number = i ORDER BY title DESC, i"));
  });
}

TEST_CASE("without memory: tables of scoped SQL") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto tables, w.sql().tables());
    std::string text;
    for (const auto& table : tables) {
      text += table.name + told(table.columns);
    }
    return text;
  });
}

TEST_CASE("without memory: all tenants' rows") {
  try_without_memory([](const World& w) {
    return tell(CrossTenantRepository<Item>{w.store(), w.crossing()}.list(some_items()));
  });
}

TEST_CASE("without memory: all tenants' count") {
  try_without_memory([](const World& w) {
    return tell(CrossTenantRepository<Item>{w.store(), w.crossing()}.count());
  });
}

TEST_CASE("without memory: counts of all tenants") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(
        const auto counts,
        CrossTenantRepository<Item>{w.store(), w.crossing()}.count_by_tenant(some_items()));
    std::string text;
    for (const auto& count : counts) {
      text += told(count.rows) + ";";
    }
    return text;
  });
}

TEST_CASE("without memory: visits") {
  try_without_memory([](const World& w) -> Told {
    std::string text;
    BOOST_OUTCOME_TRY(
        const auto report,
        w.authority().for_each_tenant(w.crossing(), [&](const TenantContext& context) {
          const auto count = Repository<Item>{w.store(), context}.count();
          text += count ? told(count.assume_value()) + ";" : "";
          return count ? Result<void>{tenancy::success()} : Result<void>{count.error()};
        }));
    BOOST_OUTCOME_TRY(report.outcome());
    return text + told(static_cast<std::int64_t>(report.visited));
  });
}

TEST_CASE("without memory: crossings") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.authority().crossings());
    return told(static_cast<std::int64_t>(page.items.size()));
  });
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.authority().crossings({.number = 1}));
    return told(page.numbers ? page.numbers->total : 0);
  });
}

TEST_CASE("without memory: verify a backup") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_backup(w.beside("backup.db")));
    return told(static_cast<std::int64_t>(report.tenants)) + "," + report.digest + "," +
           told(static_cast<std::int64_t>(report.schema.size()));
  });
}

TEST_CASE("without memory: health") {
  try_without_memory([](const World& w) -> Told {
    std::string states;
    const auto report = w.authority().health();
    for (const auto& check : report.checks) {
      if (check.message.find("cannot be") != std::string::npos) {
        return tenancy::Error{tenancy::errc::io_error, std::string{check.message}};
      }
      states += std::string{check.name} + "=" + std::string{to_string(check.state)} + ";";
    }
    return states;
  });
}

TEST_CASE("without memory: enter") {
  try_without_memory([](const World& w) { return tell(w.authority().enter(w.id())); });
}

TEST_CASE("without memory: enter by identifier") {
  try_without_memory([](const World& w) {
    return tell(w.authority().enter(must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("without memory: authenticate") {
  try_without_memory([](const World& w) {
    return tell(w.authority().authenticator().authenticate(w.original.key));
  });
}

TEST_CASE("without memory: authenticate an administrator") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto registry, w.authority().authenticator().authenticate_administrator(
                                               w.original.administrator_key));
    return tell(registry.find(w.id()));
  });
}

TEST_CASE("without memory: impersonate") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(
        const auto context,
        w.authority().impersonate(w.id(), tenancy::Principal::host(), crossing_reason()));
    return tell(ReadRepository<Item>{w.store(), context.context()}.find({"p", 4}));
  });
}

TEST_CASE("without memory: find a tenant") {
  try_without_memory([](const World& w) { return tell(w.registry().find(w.id())); });
}

TEST_CASE("without memory: find a tenant by slug") {
  try_without_memory(
      [](const World& w) { return tell(w.registry().find(must(tenancy::Slug::parse("acme")))); });
}

TEST_CASE("without memory: find a tenant by identifier") {
  try_without_memory([](const World& w) {
    return tell(w.registry().find(must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("without memory: list tenants") {
  try_without_memory(
      [](const World& w) { return tell(w.registry().list({.number = 1}, {.search = "e"})); });
}

TEST_CASE("without memory: identifiers") {
  try_without_memory([](const World& w) { return tell(w.registry().identifiers(w.id())); });
}

TEST_CASE("without memory: keys") {
  try_without_memory([](const World& w) { return tell(w.registry().keys(w.id())); });
  try_without_memory([](const World& w) {
    return tell(w.registry().keys(w.id(), {.limit = 1, .number = 1}, ApiKeyStatus::active));
  });
}

TEST_CASE("without memory: count administrators' keys") {
  try_without_memory([](const World& w) { return tell(w.authority().count_administrator_keys()); });
}

TEST_CASE("without memory: verify_schema") {
  try_without_memory([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(w.url(), w.options()));
    return told(static_cast<std::int64_t>(report.findings.size())) + "," +
           told(static_cast<std::int64_t>(report.tables.size()));
  });
}

TEST_CASE("without memory: open") {
  try_without_memory([](const World& w) -> Told {
    auto options = w.options();
    BOOST_OUTCOME_TRY(const auto authority, tenancy::open(w.url(), std::move(options)));
    BOOST_OUTCOME_TRY(const auto context, authority.enter(w.id()));
    return tell(Repository<Item>{authority.store(), context}.find({"p", 4}));
  });
}

TEST_CASE("without memory: dry run of migrations") {
  try_without_memory([](const World& w) -> Told {
    auto options = w.options();
    options.migrations.push_back({2, "more", "ALTER TABLE people ADD COLUMN more TEXT"});
    BOOST_OUTCOME_TRY(const auto report, tenancy::dry_run_migrations(w.url(), options));
    if (report.failure) {
      return *report.failure;
    }
    return told(static_cast<std::int64_t>(report.steps.size()));
  });
}

TEST_CASE("without memory: check") {
  try_without_memory(
      [](const World& w) { return tell(w.authority().maintenance(w.crossing()).check()); });
}
