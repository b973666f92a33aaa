#include "crash/fault_world.hpp"

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
#include "support/fault_vfs.hpp"
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

/// Codes by which a call may fail when the engine has no memory, or cannot read.
bool is_honest(errc code) {
  constexpr std::array dishonest{errc::isolation_violation, errc::foreign_context,
                                 errc::invalid_credential,  errc::access_denied,
                                 errc::tenant_not_active,   errc::not_found,
                                 errc::already_exists,      errc::version_conflict,
                                 errc::invalid_row,         errc::internal,
                                 errc::transaction_lost,    errc::foreign_store,
                                 errc::invalid_argument,    errc::invalid_query,
                                 errc::query_refused,       errc::invalid_key_ring,
                                 errc::corrupt_store,       errc::reference_violation,
                                 errc::quota_exceeded};
  return std::ranges::find(dishonest, code) == dishonest.end();
}

/// Both tenants are served, each with its own; and a file that was made is the library's.
void check_service(const World& world) {
  if (const auto made = world.beside("new.db"); std::filesystem::exists(made)) {
    SQLite::Database database{made.string(), SQLite::OPEN_READONLY, 5000};
    CHECK(database.execAndGet("PRAGMA application_id").getInt() != 0);
    CHECK(database.execAndGet("PRAGMA journal_mode").getString() == "wal");
  }
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
                                              "a test under faults"));
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
  // Leaves pages that are free.
  SQLite::Database{(folder / "store.db").string(), SQLite::OPEN_READWRITE, 5000}.exec(
      "CREATE TABLE gone AS SELECT zeroblob(20000) AS bytes; DROP TABLE gone");
  must(authority.backup(folder / "backup.db"));
  std::filesystem::copy(folder / "backup.db", folder / "orphans.db");
  SQLite::Database{(folder / "orphans.db").string(), SQLite::OPEN_READWRITE, 5000}.exec(
      "PRAGMA foreign_keys = OFF; DELETE FROM people");
  std::filesystem::remove(folder / "orphans.db-wal");
  std::filesystem::remove(folder / "orphans.db-shm");
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

namespace {

/// What a call does without a fault.
struct Usual {
  std::string before;
  std::string after;
  std::string answer;
  std::uint64_t allocations = 0;
  std::uint64_t reads = 0;
};

FaultVfs& files() {
  static FaultVfs vfs;
  return vfs;
}

Usual watch(const Original& original, const Call& call) {
  Usual usual;
  const World world{original};
  usual.before = world.content();
  FailingMemory::arm(0);
  files().arm();
  const auto outcome = call(world);
  files().disarm();
  usual.allocations = FailingMemory::disarm();
  usual.reads = static_cast<std::uint64_t>(std::ranges::count(files().calls(), VfsCall::read));
  usual.answer = must(outcome);
  usual.after = world.content();
  return usual;
}

/// Calls in a world of its own, with the fault between `begin()` and `end()`, which says whether it
/// came to it.
template <class Begin, class End>
void try_with_fault(const Original& original, const Usual& usual, const Call& call,
                    const Begin& begin, const End& end) {
  const World world{original};
  begin();
  const auto outcome = call(world);
  const bool has_failed = end();
  const auto content = world.content();
  if (outcome) {
    CHECK(outcome.assume_value() == usual.answer);
    CHECK(content == usual.after);
  } else {
    CHECK(has_failed);
    CAPTURE(outcome.error().to_string());
    CHECK(is_honest(outcome.error().code()));
    CHECK((content == usual.before || outcome.error() == errc::commit_unknown));
  }
  check_service(world);
}

/// Which of so many are tried: all of them in a long run, those of one part where one is asked for,
/// some otherwise.
std::vector<std::uint64_t> tried_of(std::uint64_t count, std::mt19937_64& random) {
  constexpr std::uint64_t some = 12;
  const auto part = part_of_run();
  const std::uint64_t wanted = is_long_run() ? std::max<std::uint64_t>(1, count) : some;
  const std::uint64_t stride = part ? part->count : std::max<std::uint64_t>(1, count / wanted);
  std::vector<std::uint64_t> tried;
  for (std::uint64_t nth = 1 + (part ? part->index : random() % stride); nth <= count;
       nth += stride) {
    tried.push_back(nth);
  }
  return tried;
}

}  // namespace

void try_faults(const Call& call) {
  REQUIRE(is_installed);
  files().disarm();
  const Original original;
  std::mt19937_64 random{announced_seed()};
  const Usual usual = watch(original, call);
  for (const bool is_persistent : {false, true}) {
    CAPTURE(is_persistent);
    for (const std::uint64_t nth : tried_of(usual.allocations, random)) {
      INFO("allocation ", nth);
      try_with_fault(
          original, usual, call, [&] { FailingMemory::arm(nth, is_persistent); },
          [&] { return FailingMemory::disarm() >= nth; });
    }
    for (const std::uint64_t nth : tried_of(usual.reads, random)) {
      INFO("read ", nth);
      try_with_fault(
          original, usual, call,
          [&] {
            files().arm({{.kind = FaultKind::io_error,
                          .nth = nth,
                          .only = VfsCall::read,
                          .persistent = is_persistent}});
          },
          [&] {
            files().disarm();
            return files().failed() > 0;
          });
    }
  }
}

}  // namespace tenancy_test
