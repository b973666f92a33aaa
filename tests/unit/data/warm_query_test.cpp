// Queries that recur find their statements prepared, whatever their values.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::ascending;
using tenancy::Changes;
using tenancy::descending;
using tenancy::field;
using tenancy::PageRequest;
using tenancy::Predicate;
using tenancy::Query;
using tenancy::RowVersion;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Work;

namespace {

struct SomeItems : Work {
  SomeItems() {
    must(people.insert_many({{"ann", "Ann"}, {"bob", "Bob"}, {"cat", "Cat"}}));
    std::vector<Item> rows(50);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].project = "p";
      rows[i].number = static_cast<std::int64_t>(i);
      rows[i].title = "t" + std::to_string(i % 5);
      rows[i].weight = static_cast<double>(i % 7);
      rows[i].owner = i % 2 == 0 ? "ann" : "bob";
    }
    must(items.insert_many(rows));
    // What a connection prepares for itself.
    must(items.find({"p", 1}));
  }
};

}  // namespace

TEST_CASE("each operation prepares its statements once, also with other values") {
  const SomeItems work;
  const auto& items = work.items;
  std::int64_t next = 1000;
  const std::vector<std::function<void(std::int64_t)>> operations{
      [&](std::int64_t i) {
        must(items.find({"p", i}));
      },
      [&](std::int64_t i) {
        must(items.find_versioned({"p", i}));
      },
      [&](std::int64_t i) {
        must(items.exists({"p", i}));
      },
      [&](std::int64_t i) { must(items.exists(field<&Item::number> == i)); },
      [&](std::int64_t i) { must(items.count(field<&Item::number> > i)); },
      [&](std::int64_t i) { must(items.list({.limit = i + 1})); },
      [&](std::int64_t i) { must(items.list({.limit = i + 1, .number = i + 1})); },
      [&](std::int64_t i) {
        must(items.list(Query<Item>{
            field<&Item::number>.between(i, i + 20) &&
            (field<&Item::title>.prefix("t") || !field<&Item::note>.like(std::to_string(i)))}
                            .order_by(ascending<&Item::title>, descending<&Item::points>)));
      },
      [&](std::int64_t i) {
        PageRequest request{.limit = 3};
        const auto query = Query<Item>{field<&Item::number> >= i}.order_by(ascending<&Item::title>);
        request.cursor = must(items.list(query, request)).next_cursor;
        const auto page = must(items.list(query, request));
        request.cursor = page.previous_cursor;
        must(items.list(query, request));
      },
      [&](std::int64_t i) {
        must(items.for_each(field<&Item::title> == std::to_string(i), [](const Item&) {}));
      },
      [&](std::int64_t i) {
        must(items.aggregate(tenancy::sum_of<&Item::points>, field<&Item::number> < i));
        must(items.aggregate(tenancy::max_of<&Item::weight>, field<&Item::number> < i));
        must(items.aggregate_by<&Item::title>(tenancy::count_rows, field<&Item::number> < i));
      },
      [&](std::int64_t i) {
        must(
            items.children_of<&Item::owner>(std::vector<Person>{{i % 2 == 0 ? "ann" : "bob", ""}}));
      },
      [&](std::int64_t) { must(items.insert({.project = "q", .number = next++})); },
      [&](std::int64_t) {
        must(items.insert_many(
            {{.project = "q", .number = next++}, {.project = "q", .number = next++}}));
      },
      [&](std::int64_t i) { must(items.upsert({.project = "q", .number = i})); },
      [&](std::int64_t i) { must(items.update({.project = "p", .number = i})); },
      [&](std::int64_t i) {
        must(items.update(must(items.require_versioned({"p", i}))));
      },
      [&](std::int64_t i) {
        must(items.update({"p", i}, Changes<Item>{}.set<&Item::points>(i)));
        must(items.update({"p", i}, Changes<Item>{}.set<&Item::points>(i),
                          must(items.require_versioned({"p", i})).version));
      },
      [&](std::int64_t i) {
        must(items.erase({"p", 40 + i}));
      },
      [&](std::int64_t i) {
        must(items.erase({"p", 30 + i}, RowVersion{1}));
      },
  };
  for (std::size_t i = 0; i < operations.size(); ++i) {
    CAPTURE(i);
    operations[i](1);
    CHECK(work.prepared_by([&] { operations[i](2); }) == 0);
    CHECK(work.prepared_by([&] { operations[i](3); }) == 0);
  }
}

TEST_CASE("sets of up to a power of two share a statement, and so do those of parents") {
  const SomeItems work;
  const auto query = [&](std::size_t size) {
    must(work.items.count(field<&Item::number>.in(std::vector<std::int64_t>(size, 1))));
  };
  const std::size_t prepared = work.prepared_by([&] {
    for (std::size_t size = 0; size <= 500; ++size) {
      query(size);
    }
  });
  CHECK(prepared == 11);
  std::vector<Person> parents;
  const std::size_t for_parents = work.prepared_by([&] {
    for (int i = 0; i < 300; ++i) {
      parents.push_back({std::to_string(i), ""});
      must(work.items.children_of<&Item::owner>(parents));
    }
  });
  CHECK(for_parents <= 10);
}

TEST_CASE("queries of another form have statements of their own") {
  const SomeItems work;
  const std::vector<Query<Item>> queries{
      {},
      field<&Item::number> == 1,
      field<&Item::number> != 1,
      field<&Item::points> == 1,
      !(field<&Item::number> == 1),
      field<&Item::number> == 1 && field<&Item::points> == 1,
      field<&Item::number> == 1 || field<&Item::points> == 1,
      field<&Item::note>.is_null(),
      field<&Item::title>.like("a"),
      field<&Item::title>.prefix("a"),
      field<&Item::title>.prefix("\xFF"),
      field<&Item::number>.between(1, 2),
  };
  for (const auto& query : queries) {
    CHECK(work.prepared_by([&] { must(work.items.count(query)); }) == 1);
  }
  for (const auto& query : queries) {
    CHECK(work.prepared_by([&] { must(work.items.count(query)); }) == 0);
  }
  // A pattern and a prefix are values.
  CHECK(work.prepared_by([&] {
    must(work.items.count(field<&Item::title>.like("%other_")));
    must(work.items.count(field<&Item::title>.contains("any")));
    must(work.items.count(field<&Item::title>.prefix("another")));
  }) == 0);
}

TEST_CASE("a statement that was used with other values keeps none of them") {
  const SomeItems work;
  const auto count = [&](const Query<Item>& query) { return must(work.items.count(query)); };
  for (int i = 0; i < 3; ++i) {
    CHECK(count(field<&Item::number>.in({1, 2, 3, 4})) == 4);
    CHECK(count(field<&Item::number>.in({5, 6, 7})) == 3);
    CHECK(count(field<&Item::weight> == 0.0) == 8);
    CHECK(count(field<&Item::weight> == 99.0) == 0);
  }
  must(work.items.update({"p", 1}, Changes<Item>{}.set<&Item::note>("n").set<&Item::points>(7)));
  must(work.items.update({"p", 2},
                         Changes<Item>{}.set<&Item::title>("x").set<&Item::due>(std::nullopt)));
  CHECK_FALSE(must(work.items.require({"p", 2})).note.has_value());
  CHECK(must(work.items.require({"p", 2})).points == 0);
}
