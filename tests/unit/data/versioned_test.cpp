#include "tenancy/data/versioned.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "support/work.hpp"

using tenancy::Changes;
using tenancy::errc;
using tenancy::Repository;
using tenancy::RowVersion;
using tenancy::Versioned;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Work;

namespace {

std::int64_t version_of(const Repository<Item>& items) {
  return must(items.require_versioned({"p", 1})).version.value();
}

}  // namespace

TEST_CASE("a version is 1 at insertion, by whatever way, and one more with each update") {
  const Work work;
  const Repository<Item>& items = work.items;
  must(items.insert({.project = "p", .number = 1}));
  CHECK(version_of(items) == 1);
  must(items.update({.project = "p", .number = 1, .title = "whole"}));
  CHECK(version_of(items) == 2);
  must(items.update({"p", 1}, Changes<Item>{}.set<&Item::title>("one")));
  CHECK(version_of(items) == 3);
  must(items.update({"p", 1}, Changes<Item>{}.set<&Item::title>("two").set<&Item::points>(2)));
  CHECK(version_of(items) == 4);
  must(items.upsert({.project = "p", .number = 1, .title = "upsert"}));
  CHECK(version_of(items) == 5);
  must(items.update(must(items.require_versioned({"p", 1}))));
  CHECK(version_of(items) == 6);
  must(items.update({"p", 1}, Changes<Item>{}.set<&Item::points>(3), RowVersion{6}));
  CHECK(version_of(items) == 7);
  // Nothing is set.
  must(items.update({"p", 1}, Changes<Item>{}));
  must(items.update({"p", 1}, Changes<Item>{}, RowVersion{7}));
  CHECK(version_of(items) == 7);
  // A failed one does not count.
  CHECK(code_of(items.update({"p", 1}, Changes<Item>{}.set<&Item::owner>("nobody"))) ==
        errc::reference_violation);
  CHECK(version_of(items) == 7);

  must(items.erase({"p", 1}));
  must(items.insert_many({{.project = "p", .number = 1}, {.project = "p", .number = 2}}));
  CHECK(version_of(items) == 1);
  must(items.erase({"p", 1}));
  must(items.upsert({.project = "p", .number = 1}));
  CHECK(version_of(items) == 1);
}

TEST_CASE("of two writers that saw the same version the second one is told") {
  const Work work;
  const Repository<Item>& items = work.items;
  must(items.insert({.project = "p", .number = 1, .title = "first"}));
  Versioned<Item> mine = must(items.require_versioned({"p", 1}));
  Versioned<Item> theirs = must(items.require_versioned({"p", 1}));
  CHECK(mine == theirs);

  work.test.clock->advance(std::chrono::seconds{1});
  theirs.row.title = "theirs";
  const Versioned<Item> updated = must(items.update(theirs));
  CHECK(updated.version == RowVersion{2});
  CHECK(updated.row.updated_at == work.test.clock->now());
  CHECK(must(items.require_versioned({"p", 1})) == updated);

  mine.row.title = "mine";
  CHECK(code_of(items.update(mine)) == errc::version_conflict);
  CHECK(code_of(items.update({"p", 1}, Changes<Item>{}.set<&Item::title>("mine"), mine.version)) ==
        errc::version_conflict);
  CHECK(code_of(items.update({"p", 1},
                             Changes<Item>{}.set<&Item::title>("mine").set<&Item::points>(1),
                             mine.version)) == errc::version_conflict);
  CHECK(code_of(items.update({"p", 1}, Changes<Item>{}, mine.version)) == errc::version_conflict);
  CHECK(code_of(items.erase({"p", 1}, mine.version)) == errc::version_conflict);
  CHECK(must(items.require_versioned({"p", 1})) == updated);
  CHECK(items.update(mine).error().message().find("mine") == std::string::npos);

  mine.version = updated.version;
  CHECK(must(items.update(mine)).version == RowVersion{3});
  must(items.erase({"p", 1}, RowVersion{3}));
  CHECK(must(items.count()) == 0);
}

TEST_CASE("a row that is missing is not one that has changed") {
  const Work work;
  const Repository<Item>& items = work.items;
  must(work.items_of_globex.insert({.project = "p", .number = 1}));
  CHECK_FALSE(must(items.find_versioned({"p", 1})).has_value());
  CHECK(code_of(items.require_versioned({"p", 1})) == errc::not_found);
  CHECK(code_of(items.update(Versioned<Item>{{.project = "p", .number = 1}, {}})) ==
        errc::not_found);
  CHECK(code_of(items.update({"p", 1}, Changes<Item>{}.set<&Item::points>(1), RowVersion{})) ==
        errc::not_found);
  CHECK(code_of(items.update({"p", 1}, Changes<Item>{}, RowVersion{})) == errc::not_found);
  CHECK(code_of(items.erase({"p", 1}, RowVersion{})) == errc::not_found);
  CHECK(version_of(work.items_of_globex) == 1);
}

TEST_CASE("versions work within a transaction, and one that is dropped counts for nothing") {
  const Work work;
  const auto acme = work.test.enter(work.test.acme);
  must(work.items.insert({.project = "p", .number = 1}));
  const auto dropped =
      work.test.store.write(acme, [](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
        const Repository<Item> items{tx};
        BOOST_OUTCOME_TRY(auto row, items.require_versioned({"p", 1}));
        BOOST_OUTCOME_TRY(row, items.update(row));
        CHECK(row.version == RowVersion{2});
        CHECK(code_of(items.erase({"p", 1}, RowVersion{1})) == errc::version_conflict);
        BOOST_OUTCOME_TRY(row, items.update(row));
        CHECK(version_of(items) == 3);
        return tenancy::Error{errc::cancelled, "dropped"};
      });
  CHECK(code_of(dropped) == errc::cancelled);
  CHECK(version_of(work.items) == 1);
}

TEST_CASE("a version that is no number is an invalid row that names its column") {
  tenancy_test::TestStore test{
      {},
      {{1, "items",
        "CREATE TABLE rows (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, version, "
        "PRIMARY KEY (tenant_id, id))"}}};
  struct Row {
    std::string id;
    static constexpr auto tenancy_mapping() {
      namespace m = tenancy::mapping;
      return m::entity("rows", m::key("id", &Row::id), m::row_version("version"));
    }
  };
  const Repository<Row> rows{test.store, test.enter(test.acme)};
  must(rows.insert({"a"}));
  CHECK(must(rows.require_versioned("a")).version == RowVersion{1});
  for (const char* broken : {"NULL", "'1'", "1.5", "x'01'"}) {
    CAPTURE(broken);
    test.run_raw(std::string{"UPDATE rows SET version = "} + broken);
    const auto found = rows.find_versioned("a");
    CHECK(code_of(found) == errc::invalid_row);
    CHECK(found.error().subject() == "version");
    CHECK(must(rows.find("a")).has_value());
  }
}

TEST_CASE("lists with versions are the lists, page by page in both directions") {
  const Work work;
  const Repository<Item>& items = work.items;
  for (std::int64_t number = 0; number < 7; ++number) {
    must(items.insert({.project = "p", .number = number, .points = number % 2}));
    for (std::int64_t update = 0; update < number; ++update) {
      must(items.update({"p", number}, Changes<Item>{}.set<&Item::title>("again")));
    }
  }
  const auto query = tenancy::Query<Item>{}.order_by(tenancy::descending<&Item::points>);
  const auto first = must(items.list_versioned(query, {.limit = 3}));
  const auto plain = must(items.list(query, {.limit = 3}));
  REQUIRE(first.items.size() == 3);
  for (std::size_t i = 0; i < first.items.size(); ++i) {
    CHECK(first.items[i].row == plain.items[i]);
    CHECK(first.items[i].version == RowVersion{first.items[i].row.number + 1});
    CHECK(must(items.find_versioned({"p", first.items[i].row.number})) == first.items[i]);
  }
  CHECK(first.next_cursor == plain.next_cursor);
  const auto second = must(items.list_versioned(query, {.limit = 3, .cursor = first.next_cursor}));
  REQUIRE(second.items.size() == 3);
  const auto back =
      must(items.list_versioned(query, {.limit = 3, .cursor = second.previous_cursor}));
  CHECK(back.items == first.items);
}
