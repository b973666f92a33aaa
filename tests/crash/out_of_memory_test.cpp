// Each allocation that SQLite makes within a call fails once, and from then on. The call says so,
// or gives the very answer that it gives otherwise; a write that failed has changed nothing, one
// that did not has changed all; and the store goes on afterwards, for both tenants. A program of
// its own, since it replaces SQLite's memory.

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/mappings.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "crash/seed.hpp"
#include "support/failing_memory.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"
#include "support/work.hpp"

using tenancy::Authority;
using tenancy::Changes;
using tenancy::CrossTenantContext;
using tenancy::CrossTenantRepository;
using tenancy::errc;
using tenancy::field;
using tenancy::Page;
using tenancy::Query;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::ScopedSql;
using tenancy::Tenant;
using tenancy::TenantContext;
using tenancy::TenantIdentifier;
using tenancy::WriteTransaction;
using tenancy_test::FailingMemory;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Remark;
using tenancy_test::TemporaryFolder;

namespace {

// Before anything uses SQLite.
const bool is_installed = (FailingMemory::install(), true);

std::string told(std::int64_t number) { return std::to_string(number); }
std::string told(double number) { return std::to_string(number); }
std::string told(const std::string& text) { return text; }
std::string told(const Person& person) { return person.id + "=" + person.name; }
std::string told(const Item& item) {
  return item.project + "/" + std::to_string(item.number) + "=" + item.title + "," +
         item.note.value_or("-") + "," + std::to_string(item.points) + "," +
         std::to_string(item.weight.value_or(-1)) + "," + item.owner.value_or("-");
}
std::string told(const Tenant& tenant) {
  return tenant.slug.to_string() + "," + tenant.name + "," + tenant.plan + "," +
         std::string{to_string(tenant.status)};
}
std::string told(const TenantIdentifier& identifier) { return identifier.to_string(); }
std::string told(const tenancy::ApiKey& key) {
  return key.name + (key.revoked_at ? ",revoked" : "") + (key.expires_at ? ",expires" : "");
}
std::string told(const TenantContext& context) {
  return std::string{to_string(context.scope())} + (context.tenant().value() > 0 ? "" : "?");
}
template <class T>
std::string told(const tenancy::Versioned<T>& versioned) {
  return told(versioned.row) + "@" + told(versioned.version.value());
}
template <class T>
std::string told(const std::optional<T>& value) {
  return value ? told(*value) : "none";
}
template <class T>
std::string told(const tenancy::TenantRow<T>& row) {
  return told(row.row);
}
template <class Key, class Value>
std::string told(const tenancy::Group<Key, Value>& group) {
  return told(group.key) + ":" + told(group.value);
}
template <class T>
std::string told(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) {
    text += told(value) + ";";
  }
  return text + "]";
}
template <class T>
std::string told(const Page<T>& page) {
  return told(page.items) + (page.has_next ? " more" : "") + (page.has_previous ? " before" : "");
}

using Told = Result<std::string>;

template <class T>
Told tell(const Result<T>& result) {
  if (!result) {
    return result.error();
  }
  if constexpr (std::is_void_v<T>) {
    return std::string{"done"};
  } else {
    return told(result.assume_value());
  }
}

tenancy::OpenOptions options_with(const std::shared_ptr<tenancy::ManualClock>& clock) {
  tenancy::OpenOptions options;
  options.migrations = tenancy_test::work_schema();
  options.mappings = tenancy::mappings<Person, Item, Remark>();
  options.store.clock = clock;
  options.store.readers = 1;
  return options;
}

tenancy::CrossingReason reason() {
  return must(tenancy::CrossingReason::create(tenancy::CrossingPurpose::maintenance,
                                              "a test without memory"));
}

/// What no fault has happened to: a store with two tenants, and the keys of one of them.
struct Original {
  Original() {
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
        return tenancy::success();
      }));
    }
    ids = {acme.id, globex.id};
  }

  [[nodiscard]] std::string url() const { return "sqlite:" + (folder / "store.db").string(); }

  TemporaryFolder folder;
  std::shared_ptr<tenancy::ManualClock> clock = std::make_shared<tenancy::ManualClock>(
      tenancy::Timestamp::from_microseconds(1'700'000'000'000'000));
  std::string key;
  std::string spare_id;
  std::string administrator_key;
  std::vector<tenancy::TenantId> ids;
};

/// A copy of the original, opened.
class World {
 public:
  explicit World(const Original& source) : original{source}, clock_{source.clock} {
    std::filesystem::copy(original.folder.path(), folder_.path(),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    authority_ = std::make_unique<Authority>(must(tenancy::open(url(), options_with(clock_))));
    acme_.emplace(must(authority_->enter(original.ids[0])));
    globex_.emplace(must(authority_->enter(original.ids[1])));
    crossing_ = std::make_unique<CrossTenantContext>(
        must(authority_->cross_tenants(tenancy::Principal::host(), reason())));
  }

  [[nodiscard]] std::string url() const { return "sqlite:" + file(); }
  [[nodiscard]] tenancy::OpenOptions options() const { return options_with(clock_); }
  [[nodiscard]] const Authority& authority() const { return *authority_; }
  [[nodiscard]] tenancy::Store store() const { return authority_->store(); }
  [[nodiscard]] tenancy::TenantRegistry registry() const { return authority_->registry(); }
  [[nodiscard]] const TenantContext& acme() const { return *acme_; }
  [[nodiscard]] const TenantContext& globex() const { return *globex_; }
  [[nodiscard]] const CrossTenantContext& crossing() const { return *crossing_; }
  [[nodiscard]] tenancy::TenantId id() const { return original.ids[0]; }
  [[nodiscard]] Repository<Item> items() const { return {store(), acme()}; }
  [[nodiscard]] Repository<Person> people() const { return {store(), acme()}; }
  [[nodiscard]] ScopedSql sql() const { return {store(), acme()}; }
  [[nodiscard]] std::filesystem::path beside(const char* name) const { return folder_ / name; }

  /// What is stored, but for records of uses and for what is random.
  [[nodiscard]] std::string content() const {
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
          "1, 2"}) {
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

  const Original& original;

 private:
  [[nodiscard]] std::string file() const { return (folder_ / "store.db").string(); }

  TemporaryFolder folder_;
  std::shared_ptr<tenancy::ManualClock> clock_;
  std::unique_ptr<Authority> authority_;
  std::optional<TenantContext> acme_;
  std::optional<TenantContext> globex_;
  std::unique_ptr<CrossTenantContext> crossing_;
};

using Call = std::function<Told(const World&)>;

const Query<Item>& some() {
  static const Query<Item> query =
      Query<Item>{field<&Item::points> > 5}.order_by(tenancy::descending<&Item::title>);
  return query;
}

Told each_of(const Query<Item>& query, const ReadRepository<Item>& items) {
  std::string text;
  BOOST_OUTCOME_TRY(items.for_each(query, [&](const Item& item) { text += told(item); }));
  return text;
}

const Item added{.project = "r", .number = 1, .title = "added", .owner = "ann"};

/// Codes by which a call may fail when the engine has no memory.
bool is_honest(errc code) {
  constexpr std::array dishonest{errc::isolation_violation, errc::foreign_context,
                                 errc::invalid_credential,  errc::access_denied,
                                 errc::tenant_not_active,   errc::not_found,
                                 errc::already_exists,      errc::version_conflict,
                                 errc::invalid_row,         errc::internal};
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

/// Each allocation of the call fails: all of them in a long run, some otherwise.
void try_out(const Call& call) {
  REQUIRE(is_installed);
  const Original original;
  std::mt19937_64 random{tenancy_test::announced_seed()};
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
  const std::uint64_t tried = tenancy_test::is_long_run() ? allocations : 12;
  const std::uint64_t stride = std::max<std::uint64_t>(1, allocations / tried);
  for (const bool is_persistent : {false, true}) {
    for (std::uint64_t nth = 1 + random() % stride; nth <= allocations; nth += stride) {
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

}  // namespace

TEST_CASE("without memory: find") {
  try_out([](const World& w) { return tell(w.items().find({"p", 4})); });
}

TEST_CASE("without memory: find_versioned") {
  try_out([](const World& w) { return tell(w.items().find_versioned({"p", 4})); });
}

TEST_CASE("without memory: exists") {
  try_out([](const World& w) { return tell(w.items().count(field<&Item::number> == 3)); });
}

TEST_CASE("without memory: first") {
  try_out([](const World& w) { return tell(w.items().first(some())); });
}

TEST_CASE("without memory: list") {
  try_out([](const World& w) { return tell(w.items().list(some(), {.limit = 5})); });
}

TEST_CASE("without memory: pages") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.items().list(some(), {.limit = 5}));
    return tell(w.items().list(some(), {.limit = 5, .cursor = page.next_cursor}));
  });
}

TEST_CASE("without memory: numbered") {
  try_out([](const World& w) { return tell(w.items().list(some(), {.limit = 5, .number = 2})); });
}

TEST_CASE("without memory: list_versioned") {
  try_out([](const World& w) { return tell(w.items().list_versioned(some())); });
}

TEST_CASE("without memory: for_each") {
  try_out([](const World& w) { return each_of(some(), w.items()); });
}

TEST_CASE("without memory: count") {
  try_out([](const World& w) { return tell(w.items().count(some())); });
}

TEST_CASE("without memory: sum") {
  try_out([](const World& w) { return tell(w.items().aggregate(tenancy::sum_of<&Item::points>)); });
}

TEST_CASE("without memory: total") {
  try_out([](const World& w) { return tell(w.items().aggregate(tenancy::sum_of<&Item::weight>)); });
}

TEST_CASE("without memory: greatest") {
  try_out([](const World& w) { return tell(w.items().aggregate(tenancy::max_of<&Item::title>)); });
}

TEST_CASE("without memory: groups") {
  try_out([](const World& w) {
    return tell(w.items().aggregate_by<&Item::project>(tenancy::sum_of<&Item::points>));
  });
}

TEST_CASE("without memory: children_of") {
  try_out([](const World& w) {
    return tell(w.items().children_of<&Item::owner>(std::vector<Person>{{"ann", ""}}, some()));
  });
}

TEST_CASE("without memory: scoped SQL") {
  try_out([](const World& w) {
    return tell(w.sql().query_json(
        "SELECT i.project, count(*), group_concat(i.title, ';'), max(p.name) FROM items i "
        "JOIN "
        "people p ON p.id = i.owner WHERE i.points > ? GROUP BY i.project ORDER BY 1",
        {3}));
  });
}

TEST_CASE("without memory: scoped SQL that sorts and recurs") {
  try_out([](const World& w) {
    return tell(w.sql().query_json(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT "
        "i, title, rank() OVER (ORDER BY title), json_extract('{\"a\":' || i || '}', '$.a') "
        "FROM n JOIN items ON number = i ORDER BY title DESC, i"));
  });
}

TEST_CASE("without memory: tables of scoped SQL") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto tables, w.sql().tables());
    std::string text;
    for (const auto& table : tables) {
      text += table.name + told(table.columns);
    }
    return text;
  });
}

TEST_CASE("without memory: all tenants' rows") {
  try_out([](const World& w) {
    return tell(CrossTenantRepository<Item>{w.store(), w.crossing()}.list(some()));
  });
}

TEST_CASE("without memory: all tenants' count") {
  try_out([](const World& w) {
    return tell(CrossTenantRepository<Item>{w.store(), w.crossing()}.count());
  });
}

TEST_CASE("without memory: counts of all tenants") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto counts,
                      CrossTenantRepository<Item>{w.store(), w.crossing()}.count_by_tenant(some()));
    std::string text;
    for (const auto& count : counts) {
      text += told(count.rows) + ";";
    }
    return text;
  });
}

TEST_CASE("without memory: visits") {
  try_out([](const World& w) -> Told {
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
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto page, w.authority().crossings());
    return told(static_cast<std::int64_t>(page.items.size()));
  });
}

TEST_CASE("without memory: enter") {
  try_out([](const World& w) { return tell(w.authority().enter(w.id())); });
}

TEST_CASE("without memory: enter by identifier") {
  try_out([](const World& w) {
    return tell(w.authority().enter(must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("without memory: authenticate") {
  try_out([](const World& w) {
    return tell(w.authority().authenticator().authenticate(w.original.key));
  });
}

TEST_CASE("without memory: authenticate an administrator") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto registry, w.authority().authenticator().authenticate_administrator(
                                               w.original.administrator_key));
    return tell(registry.find(w.id()));
  });
}

TEST_CASE("without memory: impersonate") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto context,
                      w.authority().impersonate(w.id(), tenancy::Principal::host(), reason()));
    return tell(ReadRepository<Item>{w.store(), context.context()}.find({"p", 4}));
  });
}

TEST_CASE("without memory: find a tenant") {
  try_out([](const World& w) { return tell(w.registry().find(w.id())); });
}

TEST_CASE("without memory: find a tenant by slug") {
  try_out(
      [](const World& w) { return tell(w.registry().find(must(tenancy::Slug::parse("acme")))); });
}

TEST_CASE("without memory: find a tenant by identifier") {
  try_out([](const World& w) {
    return tell(w.registry().find(must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("without memory: list tenants") {
  try_out([](const World& w) { return tell(w.registry().list({.number = 1}, {.search = "e"})); });
}

TEST_CASE("without memory: identifiers") {
  try_out([](const World& w) { return tell(w.registry().identifiers(w.id())); });
}

TEST_CASE("without memory: keys") {
  try_out([](const World& w) { return tell(w.registry().keys(w.id())); });
}

TEST_CASE("without memory: count administrators' keys") {
  try_out([](const World& w) { return tell(w.authority().count_administrator_keys()); });
}

TEST_CASE("without memory: verify_schema") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(w.url(), w.options()));
    return told(static_cast<std::int64_t>(report.findings.size())) + "," +
           told(static_cast<std::int64_t>(report.tables.size()));
  });
}

TEST_CASE("without memory: open") {
  try_out([](const World& w) -> Told {
    auto options = w.options();
    BOOST_OUTCOME_TRY(const auto authority, tenancy::open(w.url(), std::move(options)));
    BOOST_OUTCOME_TRY(const auto context, authority.enter(w.id()));
    return tell(Repository<Item>{authority.store(), context}.find({"p", 4}));
  });
}

TEST_CASE("without memory: dry run of migrations") {
  try_out([](const World& w) -> Told {
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
  try_out([](const World& w) { return tell(w.authority().maintenance(w.crossing()).check()); });
}

TEST_CASE("without memory: insert") {
  try_out([](const World& w) { return tell(w.items().insert(added)); });
}

TEST_CASE("without memory: insert_many") {
  try_out([](const World& w) {
    return tell(w.people().insert_many({{"bob", "Bob"}, {"eve", "Eve"}, {"joe", "Joe"}}));
  });
}

TEST_CASE("without memory: upsert") {
  try_out([](const World& w) { return tell(w.people().upsert({"ann", "Other"})); });
}

TEST_CASE("without memory: update") {
  try_out([](const World& w) {
    return tell(w.items().update({.project = "p", .number = 4, .title = "changed"}));
  });
}

TEST_CASE("without memory: update of a version") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(auto found, w.items().require_versioned({"p", 4}));
    found.row.title = "changed";
    return tell(w.items().update(std::move(found)));
  });
}

TEST_CASE("without memory: change") {
  try_out([](const World& w) {
    return tell(w.items().update({"p", 4}, Changes<Item>{}.set<&Item::title>("changed")));
  });
}

TEST_CASE("without memory: change of a version") {
  try_out([](const World& w) {
    return tell(w.items().update({"p", 4}, Changes<Item>{}.set<&Item::title>("changed"),
                                 tenancy::RowVersion{1}));
  });
}

TEST_CASE("without memory: erase") {
  try_out([](const World& w) { return tell(w.items().erase({"p", 4})); });
}

TEST_CASE("without memory: erase of a version") {
  try_out([](const World& w) { return tell(w.items().erase({"p", 4}, tenancy::RowVersion{1})); });
}

TEST_CASE("without memory: erase_where") {
  try_out([](const World& w) { return tell(w.items().erase_where(field<&Item::project> == "q")); });
}

TEST_CASE("without memory: transaction") {
  try_out([](const World& w) -> Told {
    return tell(w.store().write(w.acme(), [](WriteTransaction& tx) -> Result<std::string> {
      const Repository<Item> items{tx};
      BOOST_OUTCOME_TRY(const auto last, items.insert(added));
      BOOST_OUTCOME_TRY(items.erase({"p", 4}));
      BOOST_OUTCOME_TRY(const auto page, items.list(some(), {.limit = 3}));
      return told(last) + told(page);
    }));
  });
}

TEST_CASE("without memory: create a tenant") {
  try_out([](const World& w) {
    return tell(w.registry().create(
        {.slug = "initech",
         .name = "Initech",
         .identifiers = {must(TenantIdentifier::parse("host", "initech.example"))}}));
  });
}

TEST_CASE("without memory: update a tenant") {
  try_out([](const World& w) {
    return tell(w.registry().update(w.id(), {.name = "Other", .plan = "basic"}));
  });
}

TEST_CASE("without memory: suspend") {
  try_out([](const World& w) { return tell(w.registry().suspend(w.id())); });
}

TEST_CASE("without memory: archive") {
  try_out([](const World& w) { return tell(w.registry().archive(w.original.ids[1])); });
}

TEST_CASE("without memory: add an identifier") {
  try_out([](const World& w) {
    return tell(
        w.registry().add_identifier(w.id(), must(TenantIdentifier::parse("host", "b.example"))));
  });
}

TEST_CASE("without memory: remove an identifier") {
  try_out([](const World& w) {
    return tell(w.registry().remove_identifier(
        w.id(), must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("without memory: issue a key") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto issued, w.registry().issue_key(w.id(), {.name = "new"}));
    return told(issued.key);
  });
}

TEST_CASE("without memory: expire a key") {
  try_out([](const World& w) {
    return tell(w.registry().expire_key(
        w.id(), w.original.spare_id, tenancy::Timestamp::from_microseconds(1'900'000'000'000'000)));
  });
}

TEST_CASE("without memory: revoke a key") {
  try_out(
      [](const World& w) { return tell(w.registry().revoke_key(w.id(), w.original.spare_id)); });
}

TEST_CASE("without memory: analyze") {
  try_out([](const World& w) { return tell(w.authority().maintenance(w.crossing()).analyze()); });
}

TEST_CASE("without memory: checkpoint") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(w.authority().maintenance(w.crossing()).checkpoint());
    return std::string{"done"};
  });
}

TEST_CASE("without memory: vacuum") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(w.authority().maintenance(w.crossing()).vacuum());
    return std::string{"done"};
  });
}

TEST_CASE("without memory: backup") {
  try_out([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, w.authority().backup(w.beside("backup.db")));
    return std::to_string(report.pages);
  });
}

TEST_CASE("without memory: migrate") {
  try_out([](const World& w) -> Told {
    auto options = w.options();
    options.migrations.push_back({2, "more", "ALTER TABLE remarks ADD COLUMN more TEXT"});
    BOOST_OUTCOME_TRY(tenancy::migrate(w.url(), options));
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(w.url(), options));
    return told(static_cast<std::int64_t>(report.findings.size()));
  });
}
