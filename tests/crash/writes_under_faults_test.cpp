// Writes, of rows, tenants and whole files.

#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "crash/fault_world.hpp"
#include "support/must.hpp"

using tenancy::Changes;
using tenancy::field;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantIdentifier;
using tenancy::WriteTransaction;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::some_items;
using tenancy_test::tell;
using tenancy_test::told;
using tenancy_test::Told;
using tenancy_test::try_faults;
using tenancy_test::World;

namespace {

const Item added{.project = "r", .number = 1, .title = "added", .owner = "ann"};
constexpr tenancy::RowVersion gone{7};

/// The refusal of what has changed meanwhile is an answer.
Told conflict(const Result<void>& result) {
  if (!result && result.error() == tenancy::errc::version_conflict) {
    return std::string{"conflict"};
  }
  return tell(result);
}

}  // namespace

TEST_CASE("under faults: insert") {
  try_faults([](const World& w) { return tell(w.items().insert(added)); });
}

TEST_CASE("under faults: insert_many") {
  try_faults([](const World& w) {
    return tell(w.people().insert_many({{"bob", "Bob"}, {"eve", "Eve"}, {"joe", "Joe"}}));
  });
}

TEST_CASE("under faults: upsert") {
  try_faults([](const World& w) { return tell(w.people().upsert({"ann", "Other"})); });
}

TEST_CASE("under faults: update") {
  try_faults([](const World& w) {
    return tell(w.items().update({.project = "p", .number = 4, .title = "changed"}));
  });
}

TEST_CASE("under faults: update of a version") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(auto found, w.items().require_versioned({"p", 4}));
    found.row.title = "changed";
    return tell(w.items().update(std::move(found)));
  });
}

TEST_CASE("under faults: change") {
  try_faults([](const World& w) {
    return tell(w.items().update({"p", 4}, Changes<Item>{}.set<&Item::title>("changed")));
  });
}

TEST_CASE("under faults: change of a version") {
  try_faults([](const World& w) {
    return tell(w.items().update({"p", 4}, Changes<Item>{}.set<&Item::title>("changed"),
                                 tenancy::RowVersion{1}));
  });
}

TEST_CASE("under faults: erase") {
  try_faults([](const World& w) { return tell(w.items().erase({"p", 4})); });
}

TEST_CASE("under faults: erase of a version") {
  try_faults([](const World& w) {
    return tell(w.items().erase({"p", 4}, tenancy::RowVersion{1}));
  });
}

TEST_CASE("under faults: erase_where") {
  try_faults(
      [](const World& w) { return tell(w.items().erase_where(field<&Item::project> == "q")); });
}

TEST_CASE("under faults: transaction") {
  try_faults([](const World& w) -> Told {
    return tell(w.store().write(w.acme(), [](WriteTransaction& tx) -> Result<std::string> {
      const Repository<Item> items{tx};
      BOOST_OUTCOME_TRY(const auto last, items.insert(added));
      BOOST_OUTCOME_TRY(items.erase({"p", 4}));
      BOOST_OUTCOME_TRY(const auto page, items.list(some_items(), {.limit = 3}));
      return told(last) + told(page);
    }));
  });
}

TEST_CASE("under faults: change and erase of a version that is gone") {
  try_faults([](const World& w) {
    return conflict(w.items().update({"p", 4}, Changes<Item>{}.set<&Item::title>("changed"), gone));
  });
  try_faults([](const World& w) { return conflict(w.items().erase({"p", 4}, gone)); });
  try_faults([](const World& w) {
    return conflict(w.items().update({"p", 4}, Changes<Item>{}, gone));
  });
}

TEST_CASE("under faults: make a store") {
  try_faults([](const World& w) -> Told {
    auto options = w.options();
    BOOST_OUTCOME_TRY(const auto authority,
                      tenancy::open("sqlite:" + w.beside("new.db").string(), std::move(options)));
    return tell(authority.registry().create({"initech", "Initech"}));
  });
}

TEST_CASE("under faults: issue an administrator's key") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto issued, w.authority().issue_administrator_key("second"));
    return std::string{issued.id.empty() ? "no id" : "issued"};
  });
}

TEST_CASE("under faults: create a tenant") {
  try_faults([](const World& w) {
    return tell(w.registry().create(
        {.slug = "initech",
         .name = "Initech",
         .identifiers = {must(TenantIdentifier::parse("host", "initech.example"))}}));
  });
}

TEST_CASE("under faults: update a tenant") {
  try_faults([](const World& w) {
    return tell(w.registry().update(w.id(), {.name = "Other", .plan = "basic"}));
  });
}

TEST_CASE("under faults: suspend") {
  try_faults([](const World& w) { return tell(w.registry().suspend(w.id())); });
}

TEST_CASE("under faults: archive") {
  try_faults([](const World& w) { return tell(w.registry().archive(w.original.ids[1])); });
}

TEST_CASE("under faults: add an identifier") {
  try_faults([](const World& w) {
    return tell(
        w.registry().add_identifier(w.id(), must(TenantIdentifier::parse("host", "b.example"))));
  });
}

TEST_CASE("under faults: remove an identifier") {
  try_faults([](const World& w) {
    return tell(w.registry().remove_identifier(
        w.id(), must(TenantIdentifier::parse("host", "acme.example"))));
  });
}

TEST_CASE("under faults: issue a key") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto issued, w.registry().issue_key(w.id(), {.name = "new"}));
    return told(issued.key);
  });
}

TEST_CASE("under faults: expire a key") {
  try_faults([](const World& w) {
    return tell(w.registry().expire_key(
        w.id(), w.original.spare_id, tenancy::Timestamp::from_microseconds(1'900'000'000'000'000)));
  });
}

TEST_CASE("under faults: revoke a key") {
  try_faults(
      [](const World& w) { return tell(w.registry().revoke_key(w.id(), w.original.spare_id)); });
}

TEST_CASE("under faults: analyze") {
  try_faults(
      [](const World& w) { return tell(w.authority().maintenance(w.crossing()).analyze()); });
}

TEST_CASE("under faults: checkpoint") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(w.authority().maintenance(w.crossing()).checkpoint());
    return std::string{"done"};
  });
}

TEST_CASE("under faults: vacuum") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, w.authority().maintenance(w.crossing()).vacuum());
    return std::string{report.bytes_after < report.bytes_before ? "smaller" : "as it was"} +
           std::string{report.bytes_after > 0 ? "" : ", and empty"};
  });
}

TEST_CASE("under faults: backup") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto report, w.authority().backup(w.beside("copy.db")));
    return std::to_string(report.pages);
  });
}

TEST_CASE("under faults: migrate") {
  try_faults([](const World& w) -> Told {
    auto options = w.options();
    options.migrations.push_back({2, "more", "ALTER TABLE remarks ADD COLUMN more TEXT"});
    BOOST_OUTCOME_TRY(tenancy::migrate(w.url(), options));
    BOOST_OUTCOME_TRY(const auto report, tenancy::verify_schema(w.url(), options));
    return told(static_cast<std::int64_t>(report.findings.size()));
  });
}

TEST_CASE("under faults: migrate to a table that is made anew") {
  try_faults([](const World& w) -> Told {
    auto options = w.options();
    options.migrations.push_back(
        {2, "labels",
         "CREATE TABLE labels (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
         "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID; "
         "CREATE TABLE marks (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, "
         "PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, label) REFERENCES labels "
         "(tenant_id, id) ON DELETE CASCADE) STRICT, WITHOUT ROWID; "
         "INSERT INTO labels SELECT tenant_id, id FROM people; "
         "INSERT INTO marks SELECT tenant_id, 'mark', id FROM people"});
    // Where references are enforced, what refers to the old table goes with it.
    options.migrations.push_back(
        {3, "anew",
         "CREATE TABLE anew (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
         "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID; "
         "INSERT INTO anew SELECT * FROM labels; DROP TABLE labels; "
         "ALTER TABLE anew RENAME TO labels"});
    BOOST_OUTCOME_TRY(tenancy::migrate(w.url(), options));
    return tell(w.sql().query_json("SELECT count(*) FROM marks"));
  });
}
