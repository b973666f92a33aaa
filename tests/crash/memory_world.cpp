#include "crash/memory_world.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "tenancy/data/mappings.hpp"

#include "crash/seed.hpp"
#include "support/failing_memory.hpp"
#include "support/must.hpp"

using tenancy::Authority;
using tenancy::CrossTenantContext;
using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;
using tenancy::ScopedSql;
using tenancy::TenantContext;
using tenancy::TenantIdentifier;
using tenancy::WriteTransaction;

namespace tenancy_test {
namespace {

// Before anything uses SQLite.
const bool is_installed = (FailingMemory::install(), true);

tenancy::OpenOptions options_with(const std::shared_ptr<tenancy::ManualClock>& clock) {
  tenancy::OpenOptions options;
  options.migrations = work_schema();
  options.mappings = tenancy::mappings<Person, Item, Remark>();
  options.store.clock = clock;
  options.store.readers = 1;
  return options;
}

/// Codes by which a call may fail when the engine has no memory.
bool is_honest(errc code) {
  constexpr std::array dishonest{errc::isolation_violation, errc::foreign_context,
                                 errc::invalid_credential,  errc::access_denied,
                                 errc::tenant_not_active,   errc::not_found,
                                 errc::already_exists,      errc::version_conflict,
                                 errc::invalid_row,         errc::internal,
                                 errc::transaction_lost};
  return std::ranges::find(dishonest, code) == dishonest.end();
}

/// Both tenants are served, each with its own.
void check_service(const World& world) {
  const auto name_of = [&](const TenantContext& context) {
    const auto found = must(Repository<Person>{world.store(), context}.find("ann"));
    return found ? found->name : "no Ann";
  };
  const auto suspended = must(world.registry().find(world.id())).status;
  if (suspended == tenancy::TenantStatus::active) {
    CHECK(name_of(must(world.authority().enter(world.original.ids[0]))) != "Globex's Ann");
    const auto asked =
        ScopedSql{world.store(), must(world.authority().enter(world.original.ids[0]))}.query_json(
            "SELECT count(*) AS others FROM items WHERE title LIKE 'Globex%'");
    REQUIRE(asked.has_value());
    CHECK(asked.assume_value().find("0") != std::string::npos);
  }
  if (must(world.registry().find(world.original.ids[1])).status == tenancy::TenantStatus::active) {
    CHECK(name_of(must(world.authority().enter(world.original.ids[1]))) == "Globex's Ann");
  }
}

}  // namespace

tenancy::CrossingReason crossing_reason() {
  return must(tenancy::CrossingReason::create(tenancy::CrossingPurpose::maintenance,
                                              "a test without memory"));
}

Original::Original() {
  const auto authority = must(tenancy::open(url(), options_with(clock)));
  const auto registry = authority.registry();
  const auto acme = must(registry.create({"acme", "Acme", tenancy::TenantStatus::active, "pro"}));
  const auto globex = must(registry.create({"globex", "Globex"}));
  must(registry.add_identifier(acme.id, must(TenantIdentifier::parse("host", "acme.example"))));
  key = must(registry.issue_key(acme.id, {.name = "app"})).text.unsafe_text();
  const auto spare = must(registry.issue_key(acme.id, {.name = "spare"}));
  spare_id = spare.key.id;
  administrator_key = must(authority.issue_administrator_key("root")).text.unsafe_text();
  for (const auto& tenant : {acme, globex}) {
    const auto context = must(authority.enter(tenant.id));
    must(authority.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(Repository<Person>{tx}.insert({"ann", tenant.name + "'s Ann"}));
      for (std::int64_t i = 0; i < 40; ++i) {
        BOOST_OUTCOME_TRY(Repository<Item>{tx}.insert(
            {.project = i % 2 == 0 ? "p" : "q",
             .number = i,
             .title = tenant.name + std::string(60, 'x') + std::to_string(i % 7),
             .points = i,
             .weight = 0.5,
             .owner = "ann"}));
      }
      BOOST_OUTCOME_TRY(counted_items().begin(tx, 40));
      BOOST_OUTCOME_TRY(counted_items().reset(tx, "a new year"));
      BOOST_OUTCOME_TRY(counted_items().consume(tx, 7));
      return tenancy::success();
    }));
  }
  ids = {acme.id, globex.id};
  must(authority.backup(folder / "backup.db"));
}

World::World(const Original& source) : original{source}, clock_{source.clock} {
  std::filesystem::copy(
      original.folder.path(), folder_.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  authority_ = std::make_unique<Authority>(must(tenancy::open(url(), options_with(clock_))));
  acme_.emplace(must(authority_->enter(original.ids[0])));
  globex_.emplace(must(authority_->enter(original.ids[1])));
  crossing_ = std::make_unique<CrossTenantContext>(
      must(authority_->cross_tenants(tenancy::Principal::host(), crossing_reason())));
}

tenancy::OpenOptions World::options() const { return options_with(clock_); }

std::string World::content() const {
  std::string text;
  const SQLite::Database database{file(), SQLite::OPEN_READONLY, 5000};
  for (const char* sql :
       {"SELECT tenant_id, id, name FROM people ORDER BY 1, 2",
        "SELECT tenant_id, project, number, title, note, points, version FROM items ORDER BY 1, "
        "2, 3",
        "SELECT tenant_id, id, text FROM remarks ORDER BY 1, 2",
        "SELECT slug, name, plan, status FROM tenancy_tenants ORDER BY 1",
        "SELECT kind, value FROM tenancy_identifiers ORDER BY 1, 2",
        "SELECT tenant_id, name, revoked_at IS NULL, expires_at FROM tenancy_api_keys ORDER BY "
        "1, 2",
        "SELECT tenant_id, metric, used, own_limit, resets FROM tenancy_quotas ORDER BY 1, 2",
        "SELECT tenant_id, metric, number, used_before, reason FROM tenancy_quota_resets ORDER BY "
        "1, 2, 3"}) {
    SQLite::Statement statement{database, sql};
    while (statement.executeStep()) {
      for (int column = 0; column < statement.getColumnCount(); ++column) {
        text += statement.getColumn(column).getString() + "|";
      }
      text += "\n";
    }
  }
  return text;
}

const tenancy::Query<Item>& some_items() {
  static const tenancy::Query<Item> query =
      tenancy::Query<Item>{tenancy::field<&Item::points> > 5}.order_by(
          tenancy::descending<&Item::title>);
  return query;
}

const tenancy::Quota& counted_items() {
  static const tenancy::Quota quota{must(tenancy::MetricName::parse("items")),
                                    must(tenancy::QuotaLimit::at_most(50))};
  return quota;
}

void try_without_memory(const Call& call) {
  REQUIRE(is_installed);
  const Original original;
  std::mt19937_64 random{announced_seed()};
  std::string before;
  std::string after;
  std::string answer;
  std::uint64_t allocations = 0;
  {
    const World world{original};
    before = world.content();
    FailingMemory::arm(0);
    const auto outcome = call(world);
    allocations = FailingMemory::disarm();
    answer = must(outcome);
    after = world.content();
  }
  const auto part = part_of_run();
  const std::uint64_t tried = is_long_run() ? std::max<std::uint64_t>(1, allocations) : 12;
  const std::uint64_t stride = part ? part->count : std::max<std::uint64_t>(1, allocations / tried);
  for (const bool is_persistent : {false, true}) {
    const std::uint64_t first = part ? part->index : random() % stride;
    for (std::uint64_t nth = 1 + first; nth <= allocations; nth += stride) {
      CAPTURE(nth);
      CAPTURE(is_persistent);
      const World world{original};
      FailingMemory::arm(nth, is_persistent);
      const auto outcome = call(world);
      const bool has_failed = FailingMemory::disarm() >= nth;
      const auto content = world.content();
      if (outcome) {
        CHECK(outcome.assume_value() == answer);
        CHECK(content == after);
      } else {
        CHECK(has_failed);
        CAPTURE(outcome.error().to_string());
        CHECK(is_honest(outcome.error().code()));
        CHECK((content == before || outcome.error() == errc::commit_unknown));
      }
      check_service(world);
    }
  }
}

}  // namespace tenancy_test
