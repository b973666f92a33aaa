// Two tenants whose rows have the same keys and values: whatever the one does, those of the other
// stay byte for byte as they were.

#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::Changes;
using tenancy::errc;
using tenancy::field;
using tenancy::PageRequest;
using tenancy::Presence;
using tenancy::Query;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::RowVersion;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Remark;
using tenancy_test::TestStore;
using tenancy_test::Work;

namespace {

/// All repositories of one tenant, alone or in a transaction.
struct Rows {
  Repository<Person> people;
  Repository<Item> items;
  Repository<Remark> remarks;
};

void fill(const Rows& rows) {
  must(rows.people.insert_many({{"ann", "Ann"}, {"bob", "Bob"}}));
  std::vector<Item> items;
  for (std::int64_t i = 0; i < 20; ++i) {
    items.push_back({.project = i % 2 == 0 ? "p" : "q",
                     .number = i,
                     .title = "title",
                     .points = i,
                     .weight = 0.5,
                     .owner = i % 3 == 0 ? "ann" : "bob"});
  }
  must(rows.items.insert_many(items));
  for (std::int64_t i = 0; i < 10; ++i) {
    must(rows.remarks.insert({i, "p", 2 * (i % 5), "text"}));
  }
}

/// Every column of every row of a tenant, as the files have it.
std::string dump(const TestStore& test, const tenancy::Tenant& tenant) {
  const auto raws = test.raws();
  std::string text;
  for (const char* table : {"people", "items", "remarks"}) {
    for (const SQLite::Database& raw : raws) {
      SQLite::Statement rows{
          raw, std::string{"SELECT * FROM "} + table + " WHERE tenant_id = ? ORDER BY 1, 2, 3"};
      rows.bind(1, tenant.id.value());
      while (rows.executeStep()) {
        for (int i = 0; i < rows.getColumnCount(); ++i) {
          text += std::to_string(rows.getColumn(i).getType()) + ":" +
                  rows.getColumn(i).getString() + "|";
        }
        text += "\n";
      }
    }
  }
  return text;
}

/// Puts globex's rows into acme's file beside acme's own, past the library: with none there, it
/// would make no difference whether a statement asks for its tenant.
void mix_files(const TestStore& test) {
  for (const SQLite::Database& raw : test.raws()) {
    for (const std::string table : {"people", "items", "remarks"}) {
      const auto acme = std::to_string(test.acme.id.value());
      const auto globex = std::to_string(test.globex.id.value());
      CHECK(
          sqlite3_exec(raw.getHandle(),
                       ("CREATE TEMP TABLE copied AS SELECT * FROM " + table +
                        " WHERE tenant_id = " + acme + "; UPDATE copied SET tenant_id = " + globex +
                        "; INSERT INTO " + table + " SELECT * FROM copied; DROP TABLE copied")
                           .c_str(),
                       nullptr, nullptr, nullptr) == SQLITE_OK);
    }
  }
}

/// What one tenant does that the other one must not notice. Failures are part of it.
std::vector<std::function<void(const Rows&)>> operations() {
  const Query<Item> all = field<&Item::title> == "title" || field<&Item::title> != "title";
  return {
      [](const Rows& rows) { must(rows.items.insert({.project = "p", .number = 100})); },
      [](const Rows& rows) {
        CHECK(code_of(rows.items.insert({.project = "p", .number = 0})) == errc::already_exists);
      },
      [](const Rows& rows) {
        std::vector<Item> many(600);
        for (std::size_t i = 0; i < many.size(); ++i) {
          many[i].project = "many";
          many[i].number = static_cast<std::int64_t>(i);
        }
        must(rows.items.insert_many(many));
        many[599].number = 0;
        CHECK(code_of(rows.items.insert_many(many)) == errc::already_exists);
      },
      [](const Rows& rows) {
        must(rows.items.upsert({.project = "p", .number = 0, .title = "upsert"}));
        must(rows.items.upsert({.project = "p", .number = 200, .title = "upsert"}));
      },
      [](const Rows& rows) {
        must(rows.items.update({.project = "p", .number = 2, .title = "update"}));
      },
      [](const Rows& rows) {
        auto row = must(rows.items.require_versioned({"p", 4}));
        row.row.title = "versioned";
        must(rows.items.update(row));
        CHECK(code_of(rows.items.update(row)) == errc::version_conflict);
      },
      [](const Rows& rows) {
        must(rows.items.update({"p", 6}, Changes<Item>{}.set<&Item::title>("one")));
        must(rows.items.update({"p", 6},
                               Changes<Item>{}.set<&Item::title>("two").set<&Item::points>(-1)));
        must(
            rows.items.update({"p", 6}, Changes<Item>{}.set<&Item::title>("three"), RowVersion{3}));
        must(rows.items.update({"p", 6}, Changes<Item>{}));
      },
      [](const Rows& rows) {
        must(rows.items.erase({"q", 1}));
        must(rows.items.erase({"q", 3}, RowVersion{1}));
        CHECK(code_of(rows.items.erase({"q", 5}, RowVersion{2})) == errc::version_conflict);
        CHECK(code_of(rows.items.erase({"q", 1})) == errc::not_found);
      },
      [](const Rows& rows) {
        CHECK(code_of(rows.people.erase("ann")) == errc::reference_violation);
      },
      [all](const Rows& rows) {
        // Everything that reads.
        const auto count = must(rows.items.count());
        CHECK(must(rows.items.count(all)) == count);
        std::int64_t visited = 0;
        must(rows.items.for_each(all, [&](const Item&) { ++visited; }));
        CHECK(visited == count);
        PageRequest request{.limit = 3};
        std::int64_t walked = 0;
        do {
          const auto page = must(rows.items.list(all, request));
          walked += static_cast<std::int64_t>(page.items.size());
          REQUIRE(walked <= count);
          request.cursor = page.next_cursor;
        } while (request.cursor);
        CHECK(walked == count);
        CHECK(must(rows.items.list(all, {.number = 1})).numbers->total == count);
        CHECK(must(rows.items.aggregate(tenancy::count_rows)) == count);
        std::int64_t grouped = 0;
        for (const auto& group : must(rows.items.aggregate_by<&Item::title>(tenancy::count_rows))) {
          grouped += group.value;
        }
        CHECK(grouped == count);
        std::int64_t children = 0;
        const std::vector<Person> parents{{"ann", ""}, {"bob", ""}};
        const auto of_all = must(rows.items.children_of<&Item::owner>(parents));
        const auto first = must(rows.items.children_of<&Item::owner>(parents, {}, 3));
        for (std::size_t i = 0; i < parents.size(); ++i) {
          children += static_cast<std::int64_t>(of_all[i].size());
          CHECK(first[i] == std::vector<Item>(of_all[i].begin(), of_all[i].begin() + 3));
        }
        CHECK(children == must(rows.items.count(!field<&Item::owner>.is_null())));
      },
      [](const Rows& rows) {
        for (std::int64_t i = 0; i < 10; ++i) {
          must(rows.remarks.erase(i));
        }
        std::vector<Item> left;
        must(rows.items.for_each({}, [&](const Item& item) { left.push_back(item); }));
        for (const Item& item : left) {
          must(rows.items.erase({item.project, item.number}));
        }
        must(rows.people.erase("ann"));
        must(rows.people.erase("bob"));
        CHECK(must(rows.items.count()) == 0);
        CHECK(must(rows.items.exists(Query<Item>{})) == Presence::absent);
        CHECK(must(rows.items.list_versioned(Query<Item>{})).items.empty());
        CHECK(must(rows.items.aggregate(tenancy::sum_of<&Item::points>)) == 0);
        CHECK(must(rows.items.aggregate(tenancy::sum_of<&Item::weight>)) == 0);
        CHECK_FALSE(must(rows.items.aggregate(tenancy::min_of<&Item::points>)).has_value());
        CHECK_FALSE(must(rows.items.aggregate(tenancy::max_of<&Item::points>)).has_value());
        CHECK_FALSE(must(rows.items.find_versioned({"p", 4})).has_value());
        CHECK(must(rows.items.exists({"p", 4})) == Presence::absent);
        const auto one = Changes<Item>{}.set<&Item::title>("nobody's");
        CHECK(code_of(rows.items.update({"p", 4}, one)) == errc::not_found);
        CHECK(code_of(rows.items.update({"p", 4}, one, RowVersion{1})) == errc::not_found);
        CHECK(code_of(rows.items.update({.row = {.project = "p", .number = 4},
                                         .version = RowVersion{1}})) == errc::not_found);
        CHECK(code_of(rows.items.erase({"p", 4}, RowVersion{1})) == errc::not_found);
        CHECK(must(rows.items.erase_where(field<&Item::points> >= 0)) == 0);
      },
  };
}

}  // namespace

TEST_CASE("nothing that one tenant does changes a byte of the other's rows") {
  const Work work;
  const auto acme = work.test.enter(work.test.acme);
  const auto globex = work.test.enter(work.test.globex);
  const auto rows_of = [&](const TenantContext& context) {
    return Rows{{work.test.store, context}, {work.test.store, context}, {work.test.store, context}};
  };
  fill(rows_of(acme));
  fill(rows_of(globex));
  if (tenancy_test::is_on_silo()) {
    mix_files(work.test);
  }
  const std::string before = dump(work.test, work.test.globex);
  REQUIRE(before.size() > 1000);
  const auto all = operations();
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    const std::string mine = dump(work.test, work.test.acme);
    all[i](rows_of(acme));
    CHECK(dump(work.test, work.test.globex) == before);
    const bool changes_nothing = i == 1 || i == 8 || i == 9;
    CHECK((dump(work.test, work.test.acme) == mine) == changes_nothing);
  }
  CHECK(dump(work.test, work.test.acme).empty());
  CHECK(work.log->alarms() == 0);
}

TEST_CASE("the same within transactions") {
  const Work work;
  const auto acme = work.test.enter(work.test.acme);
  const auto globex = work.test.enter(work.test.globex);
  for (const TenantContext& context : {acme, globex}) {
    fill(Rows{{work.test.store, context}, {work.test.store, context}, {work.test.store, context}});
  }
  if (tenancy_test::is_on_silo()) {
    mix_files(work.test);
  }
  const std::string before = dump(work.test, work.test.globex);
  must(work.test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    for (const auto& operation : operations()) {
      operation(Rows{Repository<Person>{tx}, Repository<Item>{tx}, Repository<Remark>{tx}});
    }
    return tenancy::success();
  }));
  CHECK(dump(work.test, work.test.globex) == before);
  CHECK(dump(work.test, work.test.acme).empty());
}

TEST_CASE("a list with versions has the tenant's rows, and each with its version") {
  const Work work;
  must(work.items_of_globex.insert({.project = "p", .number = 1, .title = "other"}));
  must(work.items_of_globex.insert({.project = "p", .number = 2, .title = "other"}));
  must(work.items.insert({.project = "p", .number = 1, .title = "own"}));
  must(work.items.update({"p", 1}, Changes<Item>{}.set<&Item::title>("changed")));
  const auto page = must(work.items.list_versioned(tenancy::Query<Item>{}));
  REQUIRE(page.items.size() == 1);
  CHECK(page.items.front().row.title == "changed");
  CHECK(page.items.front().version == RowVersion{2});
}

TEST_CASE("a row of another tenant stops every operation that reads rows, and raises the alarm") {
  using Reads = tenancy::ReadRepository<Item>;
  const std::vector<std::function<Result<void>(const Reads&)>> reads{
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.find({"p", 1}));
        return tenancy::success();
      },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.find_versioned({"p", 1}));
        return tenancy::success();
      },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.exists({"p", 1}));
        return tenancy::success();
      },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.exists(field<&Item::number> == 1));
        return tenancy::success();
      },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.list());
        return tenancy::success();
      },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.list(
            Query<Item>{field<&Item::number> == 1}.order_by(tenancy::descending<&Item::title>),
            {.number = 1}));
        return tenancy::success();
      },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.list_versioned({}));
        return tenancy::success();
      },
      [](const Reads& items) { return items.for_each({}, [](const Item&) {}); },
      [](const Reads& items) -> Result<void> {
        BOOST_OUTCOME_TRY(items.children_of<&Item::owner>(std::vector<Person>{{"ann", ""}}));
        return tenancy::success();
      },
  };
  for (std::size_t i = 0; i < reads.size(); ++i) {
    CAPTURE(i);
    const Work work;
    const auto acme = work.test.enter(work.test.acme);
    must(Repository<Person>{work.test.store, work.test.enter(work.test.globex)}.insert(
        {"ann", "Ann"}));
    must(work.items_of_globex.insert({.project = "p", .number = 1, .owner = "ann"}));
    // Answers the predicate with one tenant and the result with another, as a wrong index would.
    work.test.run_raw(
        "ALTER TABLE items RENAME TO real_items; CREATE VIEW items AS SELECT CASE abs(random()) % "
        "2 "
        "WHEN 0 THEN " +
        std::to_string(work.test.acme.id.value()) + " ELSE " +
        std::to_string(work.test.globex.id.value()) +
        " END AS tenant_id, project, number, title, note, points, weight, priority, done, payload, "
        "due, owner, reviewer, created_at, updated_at, version FROM real_items");
    std::size_t stopped = 0;
    for (int attempt = 0; attempt < 100; ++attempt) {
      const auto outcome = work.test.store.read(acme, [&](ReadTransaction& tx) -> Result<void> {
        const Reads items{tx};
        const auto read = reads[i](items);
        if (!read) {
          CHECK(code_of(read) == errc::isolation_violation);
          CHECK(code_of(items.aggregate(tenancy::count_rows)) == errc::isolation_violation);
        }
        return tenancy::success();
      });
      if (!outcome) {
        CHECK(code_of(outcome) == errc::isolation_violation);
        ++stopped;
      }
    }
    CHECK(stopped > 0);
    CHECK(work.log->alarms() == stopped);
  }
}

TEST_CASE("a row whose tenant is no number is nobody's") {
  const Work work;
  const auto acme = work.test.enter(work.test.acme);
  must(work.items_of_globex.insert({.project = "p", .number = 1}));
  const std::int64_t id = work.test.acme.id.value();
  {
    const auto raw = work.test.raw();
    SQLite::Statement{raw, "CREATE TABLE odd (bits)"}.exec();
    SQLite::Statement insert{raw, "INSERT INTO odd VALUES (?)"};
    insert.bind(1, std::bit_cast<double>(id));
    insert.exec();
  }
  // As above; the other tenant is a real number with the very bits of the tenant's id.
  work.test.run_raw(
      "ALTER TABLE items RENAME TO real_items; CREATE VIEW items AS SELECT CASE abs(random()) % 2 "
      "WHEN 0 THEN " +
      std::to_string(id) +
      " ELSE (SELECT bits FROM odd) END AS tenant_id, project, number, title, note, points, "
      "weight, "
      "priority, done, payload, due, owner, reviewer, created_at, updated_at, version FROM "
      "real_items");
  std::size_t stopped = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto found = Repository<Item>{work.test.store, acme}.find({"p", 1});
    if (!found) {
      CHECK(code_of(found) == errc::isolation_violation);
      ++stopped;
    }
  }
  CHECK(stopped > 0);
}

TEST_CASE("a row of another tenant that is only looked for stops the transaction too") {
  const Work work;
  const auto acme = work.test.enter(work.test.acme);
  must(work.items_of_globex.insert({.project = "p", .number = 1}));
  // As above: the predicate is answered with one tenant and the result with another.
  work.test.run_raw(
      "ALTER TABLE items RENAME TO real_items; CREATE VIEW items AS SELECT CASE abs(random()) % 2 "
      "WHEN 0 THEN " +
      std::to_string(work.test.acme.id.value()) + " ELSE " +
      std::to_string(work.test.globex.id.value()) +
      " END AS tenant_id, project, number, title, note, points, weight, priority, done, payload, "
      "due, owner, reviewer, created_at, updated_at, version FROM real_items");
  std::size_t stopped = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto outcome = work.test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
      // Without changes there is nothing to write: the call looks for the row and its version.
      static_cast<void>(Repository<Item>{tx}.update({"p", 1}, Changes<Item>{}, RowVersion{1}));
      return tenancy::success();
    });
    if (!outcome) {
      CHECK(code_of(outcome) == errc::isolation_violation);
      ++stopped;
    }
  }
  CHECK(stopped > 0);
  CHECK(work.log->alarms() == stopped);
}
