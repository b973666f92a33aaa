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

#include "crash/fault_world.hpp"
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
using tenancy_test::try_faults;
using tenancy_test::World;

namespace {

Told each_of(const Query<Item>& query, const ReadRepository<Item>& items) {
  std::string text;
  BOOST_OUTCOME_TRY(items.for_each(query, [&](const Item& item) { text += told(item); }));
  return text;
}

}  // namespace

TEST_CASE("under faults: find") {
  try_faults([](const World& w) { return tell(w.items().find({"p", 4})); });
}

TEST_CASE("under faults: find_versioned") {
  try_faults([](const World& w) { return tell(w.items().find_versioned({"p", 4})); });
}

TEST_CASE("under faults: exists") {
  try_faults([](const World& w) { return tell(w.items().count(field<&Item::number> == 3)); });
}

TEST_CASE("under faults: first") {
  try_faults([](const World& w) { return tell(w.items().first(some_items())); });
}

TEST_CASE("under faults: list") {
  try_faults([](const World& w) { return tell(w.items().list(some_items(), {.limit = 5})); });
}

TEST_CASE("under faults: pages") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.items().list(some_items(), {.limit = 5}));
    return tell(w.items().list(some_items(), {.limit = 5, .cursor = page.next_cursor}));
  });
}

TEST_CASE("under faults: numbered") {
  try_faults(
      [](const World& w) { return tell(w.items().list(some_items(), {.limit = 5, .number = 2})); });
}

TEST_CASE("under faults: list_versioned") {
  try_faults([](const World& w) { return tell(w.items().list_versioned(some_items())); });
}

TEST_CASE("under faults: for_each") {
  try_faults([](const World& w) { return each_of(some_items(), w.items()); });
}

TEST_CASE("under faults: count") {
  try_faults([](const World& w) { return tell(w.items().count(some_items())); });
}

TEST_CASE("under faults: sum") {
  try_faults(
      [](const World& w) { return tell(w.items().aggregate(tenancy::sum_of<&Item::points>)); });
}

TEST_CASE("under faults: total") {
  try_faults(
      [](const World& w) { return tell(w.items().aggregate(tenancy::sum_of<&Item::weight>)); });
}

TEST_CASE("under faults: greatest") {
  try_faults(
      [](const World& w) { return tell(w.items().aggregate(tenancy::max_of<&Item::title>)); });
}

TEST_CASE("under faults: groups") {
  try_faults([](const World& w) {
    return tell(w.items().aggregate_by<&Item::project>(tenancy::sum_of<&Item::points>));
  });
}

TEST_CASE("under faults: children_of") {
  try_faults([](const World& w) {
    return tell(
        w.items().children_of<&Item::owner>(std::vector<Person>{{"ann", ""}}, some_items()));
  });
}

TEST_CASE("under faults: scoped SQL") {
  try_faults([](const World& w) {
    return tell(w.sql().query_json(
        "SELECT i.project, count(*), group_concat(i.title, ';'), max(p.name) FROM items i "
        "JOIN "
        "people p ON p.id = i.owner WHERE i.points > ? GROUP BY i.project ORDER BY 1",
        {3}));
  });
}

TEST_CASE("under faults: scoped SQL that sorts and recurs") {
  try_faults([](const World& w) {
    return tell(w.sql().query_json(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT "
        "i, title, rank() OVER (ORDER BY title), json_extract('{\"a\":' || i || '}', '$.a') "
        "FROM n JOIN items ON number = i ORDER BY title DESC, i"));
  });
}

TEST_CASE("under faults: scoped SQL of texts that are made as it runs") {
  try_faults([](const World& w) {
    return tell(w.sql().query_json(
        "SELECT substr(title, 1, 66), title || ':' || title, hex(title) FROM items LIMIT 3"));
  });
}

TEST_CASE("under faults: scoped SQL after something was written") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(w.sql().query_json("SELECT count(*) FROM people"));
    // Notes that it can be written.
    static_cast<void>(w.authority().health());
    return tell(w.sql().query_json("SELECT count(*) FROM items"));
  });
}

TEST_CASE("under faults: tables of scoped SQL") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto tables, w.sql().tables());
    std::string text;
    for (const auto& table : tables) {
      text += table.name + told(table.columns);
    }
    return text;
  });
}

TEST_CASE("under faults: all tenants' rows") {
  try_faults([](const World& w) {
    return tell(CrossTenantRepository<Item>{w.store(), w.crossing()}.list(some_items()));
  });
}

TEST_CASE("under faults: all tenants' count") {
  try_faults([](const World& w) {
    return tell(CrossTenantRepository<Item>{w.store(), w.crossing()}.count());
  });
}

TEST_CASE("under faults: counts of all tenants") {
  try_faults([](const World& w) -> Told {
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

TEST_CASE("under faults: visits") {
  try_faults([](const World& w) -> Told {
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

TEST_CASE("under faults: crossings") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.authority().crossings());
    return told(static_cast<std::int64_t>(page.items.size()));
  });
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.authority().crossings({.number = 1}));
    return told(page.numbers ? page.numbers->total : 0);
  });
}

TEST_CASE("under faults: verify a backup") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_backup(w.beside("backup.db")));
    return told(static_cast<std::int64_t>(report.tenants)) + "," + report.digest + "," +
           told(static_cast<std::int64_t>(report.pages)) + "," +
           told(static_cast<std::int64_t>(report.schema.size()));
  });
}

TEST_CASE("under faults: verify a backup that is not sound") {
  try_faults([](const World& w) -> Told {
    const auto report = tenancy::verify_backup(w.beside("orphans.db"));
    if (report) {
      return std::string{"sound"};
    }
    if (report.error() == tenancy::errc::corrupt_store) {
      return std::string{"not sound"};
    }
    return report.error();
  });
}

TEST_CASE("under faults: health") {
  try_faults([](const World& w) -> Told {
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

TEST_CASE("under faults: enter") {
  try_faults([](const World& w) { return tell(w.authority().enter(w.id())); });
}

TEST_CASE("under faults: enter by identifier") {
  try_faults([](const World& w) {
    return tell(w.authority().enter(must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("under faults: authenticate") {
  try_faults([](const World& w) {
    return tell(w.authority().authenticator().authenticate(w.original.key));
  });
}

TEST_CASE("under faults: authenticate an administrator") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto registry, w.authority().authenticator().authenticate_administrator(
                                               w.original.administrator_key));
    return tell(registry.find(w.id()));
  });
}

TEST_CASE("under faults: impersonate") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(
        const auto context,
        w.authority().impersonate(w.id(), tenancy::Principal::host(), crossing_reason()));
    return tell(ReadRepository<Item>{w.store(), context.context()}.find({"p", 4}));
  });
}

TEST_CASE("under faults: find a tenant") {
  try_faults([](const World& w) { return tell(w.registry().find(w.id())); });
}

TEST_CASE("under faults: find a tenant by slug") {
  try_faults(
      [](const World& w) { return tell(w.registry().find(must(tenancy::Slug::parse("acme")))); });
}

TEST_CASE("under faults: find a tenant by identifier") {
  try_faults([](const World& w) {
    return tell(w.registry().find(must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("under faults: list tenants") {
  try_faults(
      [](const World& w) { return tell(w.registry().list({.number = 1}, {.search = "e"})); });
}

TEST_CASE("under faults: identifiers") {
  try_faults([](const World& w) { return tell(w.registry().identifiers(w.id())); });
}

TEST_CASE("under faults: keys") {
  try_faults([](const World& w) { return tell(w.registry().keys(w.id())); });
  try_faults([](const World& w) {
    return tell(w.registry().keys(w.id(), {.limit = 1, .number = 1}, ApiKeyStatus::active));
  });
}

TEST_CASE("under faults: count administrators' keys") {
  try_faults([](const World& w) { return tell(w.authority().count_administrator_keys()); });
}

TEST_CASE("under faults: verify_schema") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(w.url(), w.options()));
    return told(static_cast<std::int64_t>(report.findings.size())) + "," +
           told(static_cast<std::int64_t>(report.tables.size()));
  });
}

// Without a log the file alone tells whose it is.
TEST_CASE("under faults: verify_schema of what nobody has open") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(
        const auto report,
        tenancy::verify_schema("sqlite:" + w.beside("backup.db").string(), w.options()));
    return told(static_cast<std::int64_t>(report.findings.size()));
  });
}

TEST_CASE("under faults: open") {
  try_faults([](const World& w) -> Told {
    auto options = w.options();
    BOOST_OUTCOME_TRY(const auto authority, tenancy::open(w.url(), std::move(options)));
    BOOST_OUTCOME_TRY(const auto context, authority.enter(w.id()));
    return tell(Repository<Item>{authority.store(), context}.find({"p", 4}));
  });
}

TEST_CASE("under faults: open with another ring") {
  try_faults([](const World& w) -> Told {
    auto options = w.options();
    options.keys = tenancy::KeyRing::ephemeral();
    const auto opened = tenancy::open(w.url(), std::move(options));
    if (opened) {
      return std::string{"opened"};
    }
    if (opened.error() == tenancy::errc::invalid_key_ring) {
      return std::string{"refused"};
    }
    return opened.error();
  });
}

TEST_CASE("under faults: dry run of migrations") {
  try_faults([](const World& w) -> Told {
    auto options = w.options();
    options.migrations.push_back({2, "more", "ALTER TABLE people ADD COLUMN more TEXT"});
    BOOST_OUTCOME_TRY(const auto report, tenancy::dry_run_migrations(w.url(), options));
    if (report.failure) {
      return *report.failure;
    }
    return told(static_cast<std::int64_t>(report.steps.size()));
  });
}

TEST_CASE("under faults: check") {
  try_faults([](const World& w) { return tell(w.authority().maintenance(w.crossing()).check()); });
}
